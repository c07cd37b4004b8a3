using System.Globalization;
using System.Management.Automation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// One picture after the other, as the cmdlets that take pictures go: a bad one is an error of its own, and the rest goes on; Ctrl+C stops
/// within one.
/// </summary>
/// <param name="cmdlet">Whose errors and progress they are.</param>
/// <param name="activity">What is done, for the progress.</param>
internal sealed class PictureLoop(PSCmdlet cmdlet, string activity) : IDisposable
{
    private const int BetweenTrims = 100; // pictures: often enough for a flat run, so rarely that its milliseconds do not count

    private readonly CancellationTokenSource _stop = new();
    private readonly ImageProgress _progress = new(activity);
    private TerminationSignal? _signal;
    private int _done;
    private bool _announced;

    /// <summary>Is told of each picture that is bad, before its error is written.</summary>
    public Action<object, ErrorRecord>? Failed { get; set; }

    /// <summary>Whether it has come to more than one picture, and shows how far it is.</summary>
    public bool ShowsProgress => _progress.IsShown;

    /// <summary>From now on, SIGTERM ends the command between two pictures, see <see cref="EndIfAsked"/>.</summary>
    public void Begin() => _signal ??= new TerminationSignal();

    /// <summary>
    /// Ends the command if the process was asked to end. To be called when the last picture has gone down the pipeline, and before the next
    /// one is begun.
    /// </summary>
    public void EndIfAsked()
    {
        if (_signal is { Asked: true } signal)
        {
            signal.Heeded = true;
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new OperationCanceledException("The process was asked to end (SIGTERM). What has come out of the pipeline is done; run " +
                    "the command again, with -SkipExisting, for the rest."),
                "Interrupted", ErrorCategory.OperationStopped, null));
        }
    }

    /// <summary>The images that were named; what is not there is an error, and passed over.</summary>
    public NamedPhotos Files(IEnumerable<string?>? given, bool literal) => new(cmdlet, [.. Named(given, literal)]);

    /// <summary>
    /// Images one after the other, the next ones read ahead: each with what reads it, null where it is passed over, and how many follow,
    /// where that is known and there are several.
    /// </summary>
    /// <param name="photos">The images.</param>
    /// <param name="read">Reads one, on another thread.</param>
    /// <param name="passesOver">Which ones need not be read.</param>
    public IEnumerable<(string File, Func<T>? Read, int? Left)> Each<T>(
        NamedPhotos photos, Func<string, T> read, Func<string, bool>? passesOver = null)
    {
        int? left = photos.Count is > 1 and var count ? count : null;
        using var ahead = new ReadAhead<NamedPhoto, T>(
            photos, photo => photo.Error is null && passesOver?.Invoke(photo.Path) != true, photo => read(photo.Path));
        while (ahead.MoveNext())
        {
            EndIfAsked();
            left--;
            (NamedPhoto photo, bool isRead) = ahead.Current;
            if (photo.Error is { } error)
            {
                cmdlet.WriteError(error);
                continue;
            }
            yield return (photo.Path, isRead ? ahead.Read : null, left);
        }
    }

    private IEnumerable<string> Named(IEnumerable<string?>? given, bool literal)
    {
        foreach (string? each in given ?? [null])
        {
            if (string.IsNullOrEmpty(each))
            {
                cmdlet.WriteError(new ErrorRecord(
                    new ArgumentException("There is no picture: the path is empty, as that of an explained tensor is."),
                    "PathMissing", ErrorCategory.InvalidArgument, each));
                continue;
            }
            IReadOnlyList<string> files;
            try
            {
                files = literal ? [FilePaths.Literal(cmdlet, each)] : FilePaths.Matching(cmdlet, each);
            }
            catch (Exception e) when (Errors.IsAboutOneFile(e))
            {
                cmdlet.WriteError(Errors.Reading(e, each));
                continue;
            }
            foreach (string file in files)
            {
                yield return file;
            }
        }
    }

    /// <summary>What is found out about one picture; nothing where it is bad.</summary>
    /// <param name="model">The model that looks at it.</param>
    /// <param name="target">The file or the tensor.</param>
    /// <param name="work">Finds it out.</param>
    /// <param name="left">How many pictures follow; null where nobody knows.</param>
    public IReadOnlyList<T> Do<T>(CamModel model, object target, Func<CancellationToken, IReadOnlyList<T>> work, int? left = null)
    {
        ProgressRecord progress = _progress.Next(Path.GetFileName(target as string), left);
        if (ShowsProgress)
        {
            cmdlet.WriteProgress(progress);
        }
        try
        {
            return work(_stop.Token);
        }
        catch (OperationCanceledException) when (cmdlet.Stopping)
        {
            throw new PipelineStoppedException();
        }
        catch (ObjectDisposedException e) when (model.IsDisposed)
        {
            cmdlet.ThrowTerminatingError(Errors.Fatal(e, model)!);
            throw; // not reached
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            ErrorRecord error = Errors.Reading(e, target);
            Failed?.Invoke(target, error);
            cmdlet.WriteError(error);
            return [];
        }
        finally
        {
            if (++_done % BetweenTrims == 0)
            {
                NativeHeap.Trim();
            }
        }
    }

    /// <summary>Does what is about no single picture; what goes wrong in it ends the command.</summary>
    /// <param name="model">The model that is at work.</param>
    /// <param name="work">Does it.</param>
    public void DoAside(CamModel model, Action<CancellationToken> work)
    {
        try
        {
            cmdlet.OrFatal(model, () =>
            {
                work(_stop.Token);
                return model;
            });
        }
        catch (OperationCanceledException) when (cmdlet.Stopping)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>
    /// Warns, once, of a photo of floating point: nothing says which numbers are black and white, so that two of them cannot be compared.
    /// </summary>
    /// <returns>The photo.</returns>
    public Photo Announce(Photo photo, string file)
    {
        if (photo.FloatRange is not var (low, high))
        {
            return photo;
        }
        string how = string.Create(CultureInfo.InvariantCulture,
            $"{file}: its samples are floating point; {low} became black and {high} white, the range of this photo alone.");
        if (_announced)
        {
            cmdlet.WriteVerbose(how);
        }
        else
        {
            _announced = true;
            cmdlet.WriteWarning(how + " Further photos of that kind are named by -Verbose.");
        }
        return photo;
    }

    /// <summary>Takes the progress away, and leaves the session's memory as small as it can.</summary>
    public void Complete()
    {
        if (ShowsProgress)
        {
            cmdlet.WriteProgress(_progress.End());
            NativeHeap.Trim();
        }
    }

    /// <summary>Stops the work on the present picture, from another thread.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _signal?.Dispose();
        _stop.Dispose();
    }
}
