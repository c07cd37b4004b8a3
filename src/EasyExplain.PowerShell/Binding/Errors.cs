using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Weights;

namespace EasyExplain.PowerShell.Binding;

/// <summary>From what went wrong to the error record a user can act on, in one place for all cmdlets.</summary>
internal static class Errors
{
    // The numbers that Windows, and then Linux and macOS, have for these.
    private static readonly int[] InUse = [32, 33, 11, 35];
    private static readonly int[] DiskFull = OperatingSystem.IsWindows() ? [39, 112] : [28, 69, 122];

    // Those of a disk or a share that no longer answers: EIO, ENOTCONN, ESHUTDOWN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ESTALE, EREMOTEIO.
    private static readonly int[] StorageGone = OperatingSystem.IsWindows() ? [21, 53, 55, 59, 64, 67, 121, 1117, 1231, 1236]
        : OperatingSystem.IsMacOS() ? [5, 57, 58, 60, 64, 65, 70] : [5, 107, 108, 110, 112, 113, 116, 121];

    /// <summary>Whether an exception is about one file, so that the pipeline can go on with the next.</summary>
    public static bool IsAboutOneFile(Exception e) =>
        e is ImageFileException or IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException
            or InvalidDataException or ArgumentException or InputShapeException or SessionStateException or OutOfMemoryException
            or ComputeException;

    /// <summary>An error about one input file (or tensor): non-terminating, its target is the file.</summary>
    public static ErrorRecord Reading(Exception e, object target) => e switch
    {
        NoMapException { IsOfRow: true } => new ErrorRecord(e, "NoMap", ErrorCategory.InvalidOperation, target),
        NoMapException { Path: var path } => new ErrorRecord(
            new NotSupportedException(
                $"'{path}' was passed over by -SkipExisting, so there is no map to draw; explain it without -SkipExisting.", e),
            "PassedOver", ErrorCategory.InvalidOperation, target),
        ImageFileException { Fault: var fault } => new ErrorRecord(e, "Image" + fault, ErrorCategory.InvalidData, target),
        ArchiveException { Fault: var fault } => new ErrorRecord(e, fault.ToString(), ErrorCategory.InvalidData, target),
        PhotoChangedException => new ErrorRecord(e, "ImageChanged", ErrorCategory.InvalidData, target),
        FileNotFoundException or DirectoryNotFoundException or SessionStateException =>
            new ErrorRecord(e, "ImageNotFound", ErrorCategory.ObjectNotFound, target),
        UnauthorizedAccessException when Directory.Exists(target as string) => new ErrorRecord(
            new IOException($"'{target}' is a folder, not an image.", e), "PathIsFolder", ErrorCategory.InvalidArgument, target),
        UnauthorizedAccessException or System.Security.SecurityException =>
            new ErrorRecord(e, "ImageAccessDenied", ErrorCategory.PermissionDenied, target),
        OutOfMemoryException => new ErrorRecord(e, nameof(ComputeFault.OutOfMemory), ErrorCategory.ResourceUnavailable, target),
        ComputeException { Fault: ComputeFault.OutOfMemory } =>
            new ErrorRecord(About(e, target), nameof(ComputeFault.OutOfMemory), ErrorCategory.ResourceUnavailable, target),
        ComputeException { Fault: var fault } => new ErrorRecord(About(e, target), fault.ToString(), ErrorCategory.InvalidResult, target),
        InvalidDataException => new ErrorRecord(e, "OutputNotFinite", ErrorCategory.InvalidResult, target),
        InputShapeException => new ErrorRecord(e, "InputShapeMismatch", ErrorCategory.InvalidArgument, target),
        IOException when Has(e, StorageGone) => new ErrorRecord(e, nameof(StorageGone), ErrorCategory.ConnectionError, target),
        IOException when Has(e, InUse) => new ErrorRecord(e, "ImageInUse", ErrorCategory.ResourceBusy, target),
        _ => new ErrorRecord(e, "ImageReadFailed", ErrorCategory.ReadError, target),
    };

    /// <summary>An engine knows no files, so the message gets its name here.</summary>
    private static InvalidOperationException About(Exception e, object target) =>
        new($"{(target is string path ? $"'{path}'" : "The tensor")} was not explained. {e.Message}", e);

    /// <summary>An error about one output file: non-terminating, its target is the file.</summary>
    public static ErrorRecord Writing(Exception e, string path) => e switch
    {
        IOException when Has(e, StorageGone) => new ErrorRecord(e, nameof(StorageGone), ErrorCategory.ConnectionError, path),
        IOException when Has(e, DiskFull) => new ErrorRecord(e, "DiskFull", ErrorCategory.ResourceUnavailable, path),
        UnauthorizedAccessException => new ErrorRecord(e, "OverlayAccessDenied", ErrorCategory.PermissionDenied, path),
        IOException when File.Exists(path) => new ErrorRecord(e, "OverlayExists", ErrorCategory.ResourceExists, path),
        _ => new ErrorRecord(e, "OverlayWriteFailed", ErrorCategory.WriteError, path),
    };

    /// <summary>An error about an audit or a report that is written, which ends the command.</summary>
    /// <param name="e">What went wrong.</param>
    /// <param name="path">The file.</param>
    /// <param name="what">Begins the error's id: Audit or Report.</param>
    /// <returns>Null if <paramref name="e"/> is none that we know.</returns>
    public static ErrorRecord? Auditing(Exception e, string path, string what = "Audit") => e switch
    {
        AuditFileException => FatalOf(e, path),
        IOException when Has(e, StorageGone) => new ErrorRecord(e, nameof(StorageGone), ErrorCategory.ConnectionError, path),
        IOException when Has(e, DiskFull) => new ErrorRecord(e, "DiskFull", ErrorCategory.ResourceUnavailable, path),
        UnauthorizedAccessException => new ErrorRecord(e, what + "AccessDenied", ErrorCategory.PermissionDenied, path),
        IOException when Has(e, InUse) => new ErrorRecord(e, what + "InUse", ErrorCategory.ResourceBusy, path),
        IOException => new ErrorRecord(e, what + "WriteFailed", ErrorCategory.WriteError, path),
        _ => null,
    };

    private static bool Has(Exception e, int[] codes) => codes.Contains(e.HResult & 0xFFFF);

    /// <summary>Whether an exception is about one model or audit file, so that others may still be good.</summary>
    public static bool IsAboutOneModel(Exception e) => e is ModelImportException or WeightFileException or WeightsDownloadException
        or AuditFileException or IOException or UnauthorizedAccessException or SessionStateException;

    /// <summary>An error that ends the command, or null if <paramref name="e"/> is none that we know.</summary>
    public static ErrorRecord? Fatal(Exception e, object? target)
    {
        Advice.AddTo(e);
        return FatalOf(e, target);
    }

    private static ErrorRecord? FatalOf(Exception e, object? target) => e switch
    {
        ArchitectureNamedException it => FatalOf(new FileNotFoundException($"{it.Message} {Advice.For(it)}", it.FileName, e), target),
        ModelImportException { Fault: var fault } => new ErrorRecord(e, fault.ToString(), ErrorCategory.InvalidArgument, target),
        DeviceException { Fault: DeviceFault.UnknownDevice } =>
            new ErrorRecord(e, nameof(DeviceFault.UnknownDevice), ErrorCategory.InvalidArgument, target),
        DeviceException { Fault: var fault } => new ErrorRecord(e, fault.ToString(), ErrorCategory.ResourceUnavailable, target),
        WeightsDownloadException { Fault: WeightsDownloadFault.HashMismatch } =>
            new ErrorRecord(e, "WeightsHashMismatch", ErrorCategory.InvalidData, target),
        WeightsDownloadException => new ErrorRecord(e, "WeightsDownloadFailed", ErrorCategory.ConnectionError, target),
        WeightFileException => new ErrorRecord(e, "WeightFileInvalid", ErrorCategory.InvalidData, target),
        AuditFileException { Fault: var fault } => fault switch
        {
            AuditFileFault.NotAnAudit => new ErrorRecord(e, "NotAnAudit", ErrorCategory.InvalidData, target),
            AuditFileFault.DiskFull => new ErrorRecord(e, "DiskFull", ErrorCategory.ResourceUnavailable, target),
            AuditFileFault.InUse => new ErrorRecord(e, "AuditInUse", ErrorCategory.ResourceBusy, target),
            AuditFileFault.Damaged => new ErrorRecord(e, "AuditDamaged", ErrorCategory.InvalidData, target),
            AuditFileFault.NewerVersion => new ErrorRecord(e, "AuditNewerVersion", ErrorCategory.InvalidData, target),
            _ => new ErrorRecord(e, "AuditUnusable", ErrorCategory.OpenError, target),
        },
        SelectionException { Fault: var fault } chosen =>
            new ErrorRecord(e, fault.ToString(), ErrorCategory.InvalidArgument, chosen.Value ?? target),
        ObjectDisposedException => new ErrorRecord(new InvalidOperationException("The model was disposed; import it again.", e),
            "ModelDisposed", ErrorCategory.InvalidOperation, target),
        DllNotFoundException => new ErrorRecord(e, "NativeLibraryMissing", ErrorCategory.NotInstalled, target),
        FileNotFoundException or DirectoryNotFoundException or SessionStateException =>
            new ErrorRecord(e, "FileNotFound", ErrorCategory.ObjectNotFound, target),
        UnauthorizedAccessException => new ErrorRecord(e, "FileAccessDenied", ErrorCategory.PermissionDenied, target),
        IOException when Has(e, StorageGone) => new ErrorRecord(e, nameof(StorageGone), ErrorCategory.ConnectionError, target),
        IOException => new ErrorRecord(e, "FileReadFailed", ErrorCategory.ReadError, target),
        _ => null,
    };

    /// <summary>Runs <paramref name="work"/>; what it throws and we know ends the command with its own error record.</summary>
    public static T OrFatal<T>(this PSCmdlet cmdlet, object? target, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (Fatal(e, target) is { } record)
        {
            cmdlet.ThrowTerminatingError(record);
            throw; // not reached: ThrowTerminatingError throws
        }
    }

    /// <summary>Ends a command that was given no model, and says how to give one.</summary>
    /// <param name="cmdlet">The command.</param>
    /// <param name="input">What came through the pipeline.</param>
    public static PipelineStoppedException ModelMissing(this PSCmdlet cmdlet, object? input)
    {
        string advice = input is CamAuditRow row
            ? $"A row of an audit names its model, '{row.ModelName}', but does not bring it: give it with -Model, such as -Model " +
                "(Import-CamModel mine.onnx)."
            : "Give one with -Model, such as -Model (Import-CamModel), or pipe in a model or layers of Get-CamLayer.";
        cmdlet.ThrowTerminatingError(new ErrorRecord(
            new ArgumentException($"There is no model to explain. {advice}"), "ModelMissing", ErrorCategory.InvalidArgument, null));
        return new PipelineStoppedException(); // not reached
    }
}
