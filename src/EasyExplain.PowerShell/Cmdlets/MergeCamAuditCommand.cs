using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Merging;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Makes one audit file of several, such as those of the jobs of a cluster.</summary>
/// <remarks>
/// <para>The merged audit is what one command would have written: the same rows with the same maps and figures, so the same tables,
/// findings and reports. Files can come in any order and more than once. A destination that exists is added to, so that shards can be
/// merged as they are finished; -Force begins anew.</para>
/// <para>An image has its rows once for each model and question. If several files have rows of it, those of the newest version of the image
/// are kept, of the same version an explanation rather than a failure, then the rows that say more: all explanations of a request,
/// verdicts, figures, what was expected. Of equals the last file by its name counts.</para>
/// <para>Files called as shards are, audit-017-of-128.db, belong together: a warning names shards that are missing, that were not finished,
/// or that are still being written, and shards of different counts end the command.</para>
/// <para>Files are named from the root of the destination, or of the first file by its name. Shards have one root, wherever each machine
/// has it; a warning says so. Other audits whose images lie below another folder of this machine keep their images: files are then
/// named from the first root, or in full.</para>
/// <para>The merged file is written beside its place and moved there in the end: whatever ends the command, all files are as they were. It
/// needs as much room as its parts together.</para>
/// </remarks>
/// <example>
/// <title>The shards of an array job</title>
/// <code>
/// $model = Import-CamModel
/// foreach ($shard in '1/2', '2/2') {
///     Get-ChildItem canvases | Select-CamShard $shard | Invoke-CamExplanation -Model $model |
///         Export-CamAudit "audit-$($shard -replace '/', '-of-').db"
/// }
/// Merge-CamAudit audit-*-of-2.db all.db
/// Get-CamAudit all.db | Export-CamAudit all.csv
/// </code>
/// <para>Each job writes a file of its own; a last one makes one file of them.</para>
/// </example>
/// <example>
/// <title>What is there so far</title>
/// <code>
/// Invoke-CamExplanation cat.jpg -Model (Import-CamModel) | Export-CamAudit audit-1-of-2.db
/// Get-ChildItem audit-*-of-2.db | Merge-CamAudit -Destination all.db -PassThru -WarningAction SilentlyContinue | Find-CamIssue
/// </code>
/// <para>Run it again when more shards are there: the file is added to.</para>
/// </example>
/// <seealso cref="ExportCamAuditCommand"/>
/// <seealso cref="GetCamAuditCommand"/>
/// <seealso cref="FindCamIssueCommand"/>
[Cmdlet(VerbsData.Merge, "CamAudit", DefaultParameterSetName = ByPath, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class MergeCamAuditCommand : PSCmdlet, IDisposable
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string Activity = "Merging audits";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _files = [];
    private string _destination = "";

    /// <summary>
    /// Audit files, with wildcards. A file whose very name has brackets in it is found too. The destination may be among them.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Audit files; no character is a wildcard. This is what files from Get-ChildItem bind to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// The merged audit file: .db, .sqlite or no ending. One that exists is added to. Folders that do not exist are made.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Puts the merged file in the place of one that exists, instead of adding to it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Leaves a destination that exists as it is; it is an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Returns the merged file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _destination = this.OrFatal(Destination, () => FilePaths.Literal(this, Destination));
        string? wrong = Directory.Exists(_destination) ? $"'{_destination}' is a folder. Name a file in it, such as all.db."
            : !AuditFormat.IsStore(_destination)
            ? $"'{_destination}': audits are merged into an audit file, whose name ends with .db, .sqlite or has no ending. Make a table " +
                "of that one: Get-CamAudit all.db | Export-CamAudit all.csv."
            : null;
        if (wrong is not null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException(wrong), "AuditPathInvalid", ErrorCategory.InvalidArgument, _destination));
        }
        if (NoClobber && File.Exists(_destination))
        {
            ThrowTerminatingError(new ErrorRecord(
                new IOException($"'{_destination}' exists already, and -NoClobber leaves it as it is."), "AuditExists",
                ErrorCategory.ResourceExists, _destination));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == ByLiteralPath;
        foreach (string path in literal ? LiteralPath : Path)
        {
            _files.AddRange(this.OrFatal(path, () => literal ? [FilePaths.Literal(this, path)] : FilePaths.Matching(this, path)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_files.Count == 0 || !ShouldProcess(_destination, $"Merge {_files.Distinct().Count()} audits"))
        {
            return;
        }
        var merge = new AuditMerge(_destination, Force);
        try
        {
            long rows = this.OrFatal(_destination, () => merge.Merge(_files, Tell, _stop.Token));
            WriteVerbose(FormattableString.Invariant($"'{_destination}' has {rows:N0} rows."));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, "ShardCountsDiffer", ErrorCategory.InvalidArgument, _destination));
        }
        finally
        {
            WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
        foreach (string note in merge.Notes)
        {
            WriteWarning(note);
        }
        if (PassThru)
        {
            WriteObject(new FileInfo(_destination));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    private void Tell(string file, int done, int all) => WriteProgress(
        new ProgressRecord(0, Activity, FormattableString.Invariant($"{System.IO.Path.GetFileName(file)} ({done + 1:N0} of {all:N0})"))
        {
            PercentComplete = 100 * done / all,
        });
}
