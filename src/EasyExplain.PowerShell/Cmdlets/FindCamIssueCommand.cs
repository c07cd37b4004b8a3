using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Finds out what is wrong in an audit: with the model, with the labels, or with the images.</summary>
/// <remarks>
/// <para>Looks through the rows of an audit file and gives a finding for each thing that is worth a look, the worst first: what kind it
/// is, which class and images it is about, and a sentence that says it in numbers. The kinds are LabelError, LooksElsewhere, ConfusedPair,
/// Duplicate, Background and OddOneOut, and Shortcut and Difference for groups of images that the model sees by something else than the
/// class. Of a detector's audit they are LabelError, Missed, FalseAlarm, LooksElsewhere, ConfusedPair and Duplicate. docs/findings.md says
/// of each what it means, how it is computed and when not to trust it.</para>
/// <para>Severity and Confidence lie between 0 and 1 and mean the same for all kinds. Findings are ranked by their product, proved
/// shortcuts first. Members has the rows of the images, the clearest first; Export-CamOverlay draws them, and Where-Object, Sort-Object
/// and Group-Object take findings as they take anything.</para>
/// <para>Label errors and confused pairs need an audit with expected labels (Invoke-CamExplanation -ExpectedLabel). What cannot be done is
/// said in a warning, and the rest is done. Rows of several models, methods or layers are looked at apart.</para>
/// <para>-Model proves shortcuts. What a group of images has in common is put on up to 200 images of other classes and taken out of its
/// own, and the model is asked again; where the mark alone turns at least half of the others into the class, far more than what the class's
/// other images have in its place, it is a Shortcut. Groups that are set apart but not proved are a Difference, which says nothing of the
/// model. For 3,000 images of 32×32 this takes about half a minute: some thousand passes of the network for each class with a suspected
/// group.</para>
/// <para>No image is read but with -Model and -Mask. The same rows give the same findings.</para>
/// </remarks>
/// <example>
/// <title>What is wrong in a folder of images</title>
/// <code>
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model (Import-CamModel) -ExpectedLabel ParentFolder |
///     Export-CamAudit audit.db
/// Find-CamIssue audit.db
/// </code>
/// <para>A table of findings, the worst first.</para>
/// </example>
/// <example>
/// <title>Is the model right for the wrong reasons?</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model $model | Export-CamAudit audit.db
/// Find-CamIssue audit.db $model -Kind Shortcut, Difference | Format-List Summary, Where, Evidence, Files
/// </code>
/// <para>Marks by which alone the model decides, proved on changed images, and groups of images that differ from the rest of their
/// class.</para>
/// </example>
/// <example>
/// <title>Pictures of the images behind a finding</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel dog | Export-CamAudit audit.db
/// Find-CamIssue audit.db | Select-Object -First 1 | ForEach-Object Members | Export-CamOverlay ./issue -Style Panel
/// </code>
/// <para>Drawn from the maps in the audit file.</para>
/// </example>
/// <example>
/// <title>Of some rows only, and some kinds</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel cat | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Label -eq cat | Find-CamIssue -Kind LooksElsewhere, Duplicate
/// </code>
/// <para>What is compared is what comes through the pipeline: usual is what is usual among these rows.</para>
/// </example>
/// <example>
/// <title>Is the heat on the object?</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamAudit audit.db
/// $boxes = @{ 'cat.jpg' = [pscustomobject]@{ X = 100; Y = 50; Width = 200; Height = 300 } }
/// Find-CamIssue audit.db -Kind LooksElsewhere -Box { $boxes[$_.File] }
/// </code>
/// <para>Boxes may come from a CSV file as well: Import-Csv boxes.csv | Group-Object File -AsHashTable.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
[Cmdlet(VerbsCommon.Find, "CamIssue", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamIssue))]
public sealed class FindCamIssueCommand : PSCmdlet, IDisposable
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByInputObject = "InputObject";
    private const string Activity = "Looking for issues";

    private static readonly IssueThresholds Usual = new();

    private readonly CancellationTokenSource _stop = new();
    private readonly List<CamAuditRow> _rows = [];
    private ObjectAreas? _objects;

    /// <summary>An audit file of Export-CamAudit. A wildcard must fit one file only.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string Path { get; set; } = "";

    /// <summary>An audit file; no character is a wildcard. This is what files from Get-ChildItem bind to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>Rows of Get-CamAudit; all that come are looked at together.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputObject)]
    [ValidateNotNull]
    public CamAuditRow[] InputObject { get; set; } = [];

    /// <summary>
    /// The model that made the audit, or the path of its file: it is asked again about a few images, to say what tells confused classes
    /// apart and to prove shortcuts.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    [Parameter(ParameterSetName = ByInputObject)]
    [ModelOrPath]
    [ValidateNotNull]
    public ModelArgument? Model { get; set; }

    /// <summary>Which kinds to look for; by default all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IssueKind[] Kind { get; set; } = Enum.GetValues<IssueKind>();

    /// <summary>
    /// A folder with a mask for each image, of the same name below it with any ending: black is what is not the object. Images without a
    /// mask are judged by their maps alone.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mask { get; set; }

    /// <summary>
    /// Gets each row as $_ and gives the boxes around its objects, or nothing: anything with X, Y, Width and Height in pixels of the image.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Box { get; set; }

    /// <summary>How many of its nearest neighbours by features are asked about an image's label.</summary>
    /// <value>30</value>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int NeighbourCount { get; set; } = Usual.Neighbours;

    /// <summary>
    /// The least score of a label error: 1 less the geometric mean of the label's probability and the share of neighbours that have it.
    /// 0 gives all images that confident learning counts.
    /// </summary>
    /// <value>0.95</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double LabelErrorScore { get; set; } = Usual.LabelError;

    /// <summary>
    /// From which excess on the heat of a map is at the border: what the outer ring, an eighth of the side wide, has beyond an even spread,
    /// as a part of the most that it could have.
    /// </summary>
    /// <value>0.25</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double BorderExcess { get; set; } = Usual.Border;

    /// <summary>From which entropy on a map is spread over all, as a part of an even map's.</summary>
    /// <value>0.98</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double SpreadEntropy { get; set; } = Usual.Spread;

    /// <summary>
    /// With -Mask or -Box: up to which gain over an even spread the heat is off the object, where its peak is beside it, too. 0 is as much
    /// as an even spread has there, 1 all of the heat.
    /// </summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(-1.0, 1.0)]
    public double ObjectGain { get; set; } = Usual.OffObject;

    /// <summary>Which share of a class's images must look elsewhere to be a finding.</summary>
    /// <value>0.02</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double ElsewhereShare { get; set; } = Usual.ElsewhereShare;

    /// <summary>Which share of two classes' images must be taken for the other one, sure to 95 %.</summary>
    /// <value>0.03</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double ConfusedShare { get; set; } = Usual.ConfusedShare;

    /// <summary>By how many robust deviations more of a class's heat must lie around the centre than that of other classes.</summary>
    /// <value>3.5</value>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double BackgroundDeviation { get; set; } = Usual.BackgroundDeviation;

    /// <summary>By how many robust deviations an image must be farther from its class than is usual there.</summary>
    /// <value>3.5</value>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double OddDeviation { get; set; } = Usual.OddDeviation;

    /// <summary>The least cosine of two images' features for which they may be the same image in other bytes.</summary>
    /// <value>0.995</value>
    [Parameter]
    [ValidateRange(-1.0, 1.0)]
    public double DuplicateCosine { get; set; } = Usual.DuplicateFeatures;

    /// <summary>The least correlation of their maps, which must be reached as well.</summary>
    /// <value>0.98</value>
    [Parameter]
    [ValidateRange(-1.0, 1.0)]
    public double DuplicateCorrelation { get; set; } = Usual.DuplicateMaps;

    /// <summary>How many images a group has at least of which it is said that they have something in common.</summary>
    /// <value>8</value>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int MinimumGroup { get; set; } = Usual.FewestMembers;

    /// <summary>How well a group must be set apart to be listed as a difference: its silhouette, −1 to 1.</summary>
    /// <value>0.4</value>
    [Parameter]
    [ValidateRange(-1.0, 1.0)]
    public double DifferenceSilhouette { get; set; } = Usual.Difference;

    /// <summary>With -Model: the share of other classes' images that a shortcut must turn into its class.</summary>
    /// <value>0.5</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double ShortcutTurned { get; set; } = Usual.ShortcutTurned;

    /// <summary>
    /// With -Model: by how much more it must turn than what the class's other images have in its place, at the low end of the interval.
    /// </summary>
    /// <value>0.35</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double ShortcutEffect { get; set; } = Usual.ShortcutEffect;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        Model?.DisposeOwn();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Mask is not null && Box is not null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException("-Mask and -Box both say where the objects are: give one of them."),
                "MaskAndBox", ErrorCategory.InvalidArgument, Mask));
        }
        _objects = Mask is not null ? this.OrFatal(Mask, () => ObjectAreas.Masks(
                FilePaths.Folder(this, Mask), (file, e) => WriteError(Errors.Reading(e, file))))
            : Box is not null ? ObjectAreas.Boxes(new ObjectBoxes(this, Box).Of)
            : null;
        Model?.Open(this);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ByInputObject)
        {
            _rows.AddRange(InputObject);
            return;
        }
        string given = ParameterSetName == ByPath ? Path : LiteralPath;
        Write(this.OrFatal(given, () =>
        {
            string file = ParameterSetName == ByPath ? FilePaths.Single(this, Path) : FilePaths.Literal(this, LiteralPath);
            using var reader = new AuditReader(file);
            return Find(Counted(reader.Rows(), reader.Count));
        }));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == ByInputObject)
        {
            Write(this.OrFatal(null, () => Find(_rows)));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    private FoundIssues Find(IEnumerable<CamAuditRow> rows)
    {
        var thresholds = new IssueThresholds
        {
            Neighbours = NeighbourCount,
            LabelError = LabelErrorScore,
            Border = BorderExcess,
            Spread = SpreadEntropy,
            OffObject = ObjectGain,
            ElsewhereShare = ElsewhereShare,
            ConfusedShare = ConfusedShare,
            BackgroundDeviation = BackgroundDeviation,
            OddDeviation = OddDeviation,
            DuplicateFeatures = DuplicateCosine,
            DuplicateMaps = DuplicateCorrelation,
            FewestMembers = MinimumGroup,
            Difference = DifferenceSilhouette,
            ShortcutTurned = ShortcutTurned,
            ShortcutEffect = ShortcutEffect,
        };
        WriteVerbose($"Kinds: {string.Join(", ", Kind)}. Thresholds: {thresholds}.");
        try
        {
            return new IssueFinder(thresholds, Kind, _objects, Model?.Open(this), Report).Find(rows, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void Write(FoundIssues found)
    {
        WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        foreach (string note in found.Notes)
        {
            WriteWarning(note);
        }
        WriteObject(found.Issues, enumerateCollection: true);
    }

    private IEnumerable<CamAuditRow> Counted(IEnumerable<CamAuditRow> rows, long count)
    {
        long read = 0;
        foreach (CamAuditRow row in rows)
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (read++ % 1000 == 0)
            {
                WriteProgress(new ProgressRecord(0, Activity, $"Reading row {read:N0} of {count:N0}")
                {
                    PercentComplete = (int)Math.Min(100, 100 * read / Math.Max(1, count)),
                });
            }
            yield return row;
        }
    }

    private void Report(string what, double done) =>
        WriteProgress(new ProgressRecord(0, Activity, what) { PercentComplete = (int)(100 * done) });
}
