using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;
using EasyExplain.PowerShell.Binding;
using EasyExplain.Reports;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Makes a report of an audit: a page for the browser with figures, findings and every image.</summary>
/// <remarks>
/// <para>The page says in sentences what was looked at, how good the model is and what is wrong. It has the accuracy of each class with its
/// interval, the confusion matrix, a reliability diagram, the findings of Find-CamIssue with their evidence, and a gallery of all images
/// with filters. Maps are drawn in the browser, so layer, opacity, threshold and colours are chosen there. It needs no server and no
/// network; without JavaScript, figures and findings are still there.</para>
/// <para>A destination such as ./report is a folder with index.html and its data; report.html is that file, with its data in report_files
/// beside it. With -SingleFile everything is in one file of at most 10 MB, to be mailed: the images of the findings and a sample of the
/// others, and it says how many it left out.</para>
/// <para>Findings are looked for as Find-CamIssue does it, with -Model with proof; pipe in findings of your own to have others. Numbers of
/// accuracy need expected labels (Invoke-CamExplanation -ExpectedLabel).</para>
/// <para>The images' files are read for their thumbnails; those that are gone or have changed have none. The report has names below the
/// audit's root only, never a full path. It is written beside the old one and takes its place in the end, whole or not at all.</para>
/// </remarks>
/// <example>
/// <title>From a folder of images to a report</title>
/// <code>
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model (Import-CamModel) -ExpectedLabel ParentFolder |
///     Export-CamAudit audit.db
/// Export-CamReport audit.db ./report -PassThru
/// </code>
/// <para>Open report/index.html, or let -Open do it.</para>
/// </example>
/// <example>
/// <title>Shortcuts proved, in one file to mail</title>
/// <code>
/// $model = Import-CamModel
/// Invoke-CamExplanation *.jpg -Model $model | Export-CamAudit audit.db
/// Export-CamReport audit.db report.html $model -SingleFile -Title 'Photos of November'
/// </code>
/// <para>The model is asked again about changed images, as with Find-CamIssue -Model.</para>
/// </example>
/// <example>
/// <title>Findings with thresholds of one's own</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel cat | Export-CamAudit audit.db
/// Find-CamIssue audit.db -Kind LooksElsewhere -BorderExcess 0.1 | Export-CamReport audit.db ./report
/// </code>
/// <para>The report has these findings and no others.</para>
/// </example>
/// <example>
/// <title>A report of some rows</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel cat | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Correct -eq $false | Export-CamReport -Destination mistakes.html -SingleFile
/// </code>
/// <para>Its figures are those of these rows.</para>
/// </example>
/// <seealso cref="FindCamIssueCommand"/>
/// <seealso cref="ExportCamAuditCommand"/>
/// <seealso cref="GetCamAuditCommand"/>
[Cmdlet(VerbsData.Export, "CamReport", SupportsShouldProcess = true, DefaultParameterSetName = ByPath)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCamReportCommand : PSCmdlet, IDisposable
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByIssue = "Issue";
    private const string ByInputObject = "InputObject";
    private const string Activity = "Writing report";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<CamAuditRow> _rows = [];
    private readonly List<CamIssue> _issues = [];
    private string _index = "";
    private string? _audit; // of LiteralPath

    /// <summary>An audit file of Export-CamAudit. A wildcard must fit one file only.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByIssue)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string Path { get; set; } = "";

    /// <summary>An audit file; no character is a wildcard. This is what a file from Get-ChildItem binds to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>Rows of Get-CamAudit; the report is about all that come.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputObject)]
    [ValidateNotNull]
    public CamAuditRow[] InputObject { get; set; } = [];

    /// <summary>
    /// The report: a folder, in which index.html is written, or a file that ends with .html. A report that is there gives way. Folders that
    /// do not exist are made.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>
    /// The model that made the audit, or the path of its file: it is asked again about a few images, to say what tells confused classes
    /// apart and to prove shortcuts.
    /// </summary>
    [Parameter(Position = 2)]
    [ModelOrPath]
    [ValidateNotNull]
    public ModelArgument? Model { get; set; }

    /// <summary>Findings of Find-CamIssue to show, in this order; without them all kinds are looked for.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByIssue)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    [Parameter(ParameterSetName = ByInputObject)]
    [ValidateNotNull]
    public CamIssue[]? Issue { get; set; }

    /// <summary>What the page is called. By default "Audit of" and the model's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>Writes one file of at most 10 MB, whatever the audit is, and no folder beside it.</summary>
    [Parameter]
    public SwitchParameter SingleFile { get; set; }

    /// <summary>
    /// Links each image's file by its path relative to the report, so that the large picture is the original. Report and images can be
    /// moved together. Without it, the report does not say where the images lie, and the large picture is the thumbnail.
    /// </summary>
    [Parameter]
    public SwitchParameter Relative { get; set; }

    /// <summary>The most pixels of a thumbnail's longer side.</summary>
    /// <value>160</value>
    [Parameter]
    [ValidateRange(32, 640)]
    public int ThumbnailSize { get; set; } = 160;

    /// <summary>Leaves a report that exists as it is; it is an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Opens the report in the default browser.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <summary>Returns the page's file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        Model?.DisposeOwn();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string destination = this.OrFatal(Destination, () => FilePaths.Literal(this, Destination));
        _index = Report.IndexOf(destination);
        if (File.Exists(_index) && (NoClobber || _index != destination && !Report.IsReport(_index)))
        {
            string why = NoClobber ? "and -NoClobber leaves it as it is."
                : $"and is no report. Name another folder, or the file itself to replace it: -Destination '{_index}'.";
            ThrowTerminatingError(new ErrorRecord(
                new IOException($"'{_index}' exists already, {why}"), "ReportExists", ErrorCategory.ResourceExists, _index));
        }
        Model?.Open(this);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ByIssue)
        {
            _issues.AddRange(Issue!);
        }
        else if (ParameterSetName == ByInputObject)
        {
            _rows.AddRange(InputObject);
        }
        else if (ParameterSetName == ByLiteralPath)
        {
            if (_audit is not null)
            {
                ThrowTerminatingError(new ErrorRecord(
                    new ArgumentException($"A report is of one audit, and both '{_audit}' and '{LiteralPath}' came. Get-CamAudit reads " +
                        "several: Get-CamAudit *.db | Export-CamReport -Destination ./report."),
                    "SeveralAudits", ErrorCategory.InvalidArgument, LiteralPath));
            }
            _audit = LiteralPath;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(_index, "Write report"))
        {
            return;
        }
        if (_audit is null && Path.Length == 0) // rows, perhaps none
        {
            Write(ReportSource.Of(_rows), "");
        }
        else
        {
            string given = _audit ?? Path;
            string file = this.OrFatal(given, () => _audit is null ? FilePaths.Single(this, Path) : FilePaths.Literal(this, _audit));
            using AuditReader reader = this.OrFatal(given, () => new AuditReader(file));
            Write(ReportSource.Of(reader), System.IO.Path.GetFileName(file));
        }
        if (Open)
        {
            Show();
        }
        if (PassThru)
        {
            WriteObject(new FileInfo(_index));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    private void Write(ReportSource source, string name)
    {
        try
        {
            string? originals = Relative ? source.UrlFrom(System.IO.Path.GetDirectoryName(_index)!) : null;
            FoundIssues found = Found(source);
            new Report(source, found)
            {
                Title = Title,
                AuditName = name,
                IsSingleFile = SingleFile,
                Originals = originals,
                ThumbnailSize = ThumbnailSize,
            }.Write(_index, (what, done) => Tell(what, (1 + done) / 2), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (ReportException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, e.Fault.ToString(), ErrorCategory.InvalidArgument, _index));
        }
        catch (Exception e) when (Errors.Auditing(e, _index, "Report") is { } error)
        {
            ThrowTerminatingError(error);
        }
        WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
    }

    private FoundIssues Found(ReportSource source)
    {
        IReadOnlyList<CamIssue>? given = ParameterSetName == ByIssue ? _issues : Issue; // also if none came through the pipeline
        if (given is not null)
        {
            return new FoundIssues(given, []);
        }
        FoundIssues found = this.OrFatal(null, () =>
            new IssueFinder(new IssueThresholds(), Enum.GetValues<IssueKind>(), model: Model?.Open(this),
                progress: (kind, done) => Tell($"Looking for {kind}", done / 2)).Find(source.All.Select(one => one.Row), _stop.Token));
        foreach (string note in found.Notes)
        {
            WriteVerbose(note); // the report says it, too
        }
        return found;
    }

    private void Tell(string what, double done) =>
        WriteProgress(new ProgressRecord(0, Activity, what) { PercentComplete = (int)(100 * done) });

    private void Show()
    {
        try
        {
            PictureViewer.Open(_index, "The report is written; open it in a browser.");
        }
        catch (InvalidOperationException e)
        {
            WriteError(new ErrorRecord(e, "ViewerMissing", ErrorCategory.NotInstalled, _index));
        }
    }
}
