using System.Management.Automation;
using System.Runtime.CompilerServices;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Audit.Truth;
using EasyExplain.Explanation;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Writes explanations to an audit file, a row each, or to a table for other programs.</summary>
/// <remarks>
/// <para>An audit file is one SQLite database. Rows arrive as they come, and are on the disk a second later at most; whatever ends the
/// command, the file is whole. Run the same lines again with Invoke-CamExplanation -SkipExisting audit.db: nothing is explained twice, and
/// each image has its row once. If an image or a choice has changed, the new row takes the old one's place.</para>
/// <para>A row has the image's file, hash, size and time, the model and its hash, method, layers, the explained class, the five most
/// probable classes with their probabilities, what was expected, the time that it took, and the maps, 8 bits a cell. An image that
/// Invoke-CamExplanation cannot explain becomes a row too, with its ErrorId; the error is still shown. Get-CamAudit reads the rows.</para>
/// <para>With a name that ends with .csv, .jsonl or .parquet it writes a table without maps, from explanations or from rows of
/// Get-CamAudit. A table appears in the end, whole or not at all. Its columns are those of the view audit in an audit file, and the image's
/// full path. Texts stay as they are: in a CSV file a name that begins with = is still that name, although a spreadsheet may take it for a
/// formula.</para>
/// <para>A table has its rows as they come: those of Get-CamAudit in the order of the files' names, however the audit came about.
/// Merge-CamAudit makes one audit file of several.</para>
/// <para>One command writes an audit file at a time; a second one ends at once and names the first. Images that fail in another runspace,
/// as with ForEach-Object -Parallel, have no row.</para>
/// </remarks>
/// <example>
/// <title>An audit that can be stopped and resumed</title>
/// <code>
/// $audit = @{ Model = Import-CamModel; ExpectedLabel = 'ParentFolder'; SkipExisting = 'audit.db' }
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation @audit | Export-CamAudit audit.db
/// </code>
/// <para>The same lines start it and go on with it.</para>
/// </example>
/// <example>
/// <title>What a detector found and missed</title>
/// <code>
/// Invoke-CamExplanation ./canvases/*.jpg ./cifar_canvas.onnx | Export-CamAudit found.db -TruthPath ./instances.json
/// Get-CamAudit found.db | Group-Object Verdict
/// </code>
/// <para>Counts what is right, mislabelled, misplaced, false and missed.</para>
/// </example>
/// <example>
/// <title>An audit with pictures</title>
/// <code>
/// $audit = @{ Model = Import-CamModel; SkipExisting = 'audit.db' }
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation @audit | Export-CamAudit audit.db -PassThru |
///     Export-CamOverlay ./out -SkipExisting
/// </code>
/// <para>Each row is written, then its picture. Run again, the second -SkipExisting keeps the pictures that are there, and those that are
/// not are drawn from the audit file.</para>
/// </example>
/// <example>
/// <title>A table for other programs</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel cat | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Correct -eq $false | Export-CamAudit mistakes.csv
/// </code>
/// <para>.jsonl and .parquet work in the same way.</para>
/// </example>
/// <example>
/// <title>Maps for NumPy</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamAudit audit.parquet -MapFolder maps</code>
/// <para>numpy.load('maps/layer3.npy')[i] / 255 is the map of row i.</para>
/// </example>
/// <seealso cref="GetCamAuditCommand"/>
/// <seealso cref="InvokeCamExplanationCommand"/>
[Cmdlet(VerbsData.Export, "CamAudit", SupportsShouldProcess = true)]
[OutputType(typeof(CamExplanation), typeof(CamAuditRow))]
public sealed class ExportCamAuditCommand : PSCmdlet, IDisposable
{
    private readonly ConditionalWeakTable<Exception, ErrorRecord> _heard = []; // errors that have their row
    private string _path = "";
    private IAuditTarget? _audit; // none with -WhatIf
    private JudgedAudit? _judged; // the same, with -TruthPath
    private IDisposable? _listening;
    private ErrorRecord? _fault; // what a failed image's row met
    private bool _passing; // what fails now fails further down

    /// <summary>
    /// The file: .db, .sqlite or no ending for an audit file, which is continued if it exists; .csv, .jsonl or .parquet for a table, which
    /// is replaced. Folders that do not exist are made.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// Explanations of Invoke-CamExplanation or rows of Get-CamAudit. Errors that come with 2>&amp;1 are taken as well.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>
    /// The folder that files are named from in the rows. By default the current location; rows of Get-CamAudit in a table, and an audit
    /// file that exists, keep their own.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RelativeTo { get; set; }

    /// <summary>
    /// With a table, a folder for its maps as NumPy arrays, one file for each layer and one for the fused map: layer3.npy has the shape
    /// [rows, height, width], uint8 from 0 to 255. Its row i belongs to the table's row i, and is zero where that has no map. If a layer's
    /// maps differ in size, those of another size than the first go to layer3_16x16.npy. An audit file has the maps in it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MapFolder { get; set; }

    /// <summary>
    /// Of a detector, what is there in truth: a COCO file (instances.json); a folder with a .txt (YOLO) or an .xml (Pascal VOC) for each
    /// photo, by its name; or YOLO's data.yaml. Each detection gets a verdict: Right, Mislabelled, Misplaced, False or Duplicate; what was
    /// Missed gets a row of its own, without a map.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TruthPath { get; set; }

    /// <summary>Writes to no file that exists; it is an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Returns what comes in, each when its row is written, for the next command.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Lets go of the file; an audit file keeps the rows that came.</summary>
    public void Dispose()
    {
        _listening?.Dispose();
        try
        {
            _audit?.Dispose();
        }
        catch (Exception e) when (Errors.Auditing(e, _path) is not null)
        {
            // The command has ended already, with an error of its own or because it was stopped.
        }
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _path = this.OrFatal(Path, () => FilePaths.Literal(this, Path));
        Demand();
        string root = RelativeTo is null
            ? SessionState.Path.CurrentFileSystemLocation.ProviderPath
            : this.OrFatal(RelativeTo, () => FilePaths.Folder(this, RelativeTo));
        string? maps = MapFolder is null ? null : this.OrFatal(MapFolder, () => FilePaths.Literal(this, MapFolder));
        if (ShouldProcess(_path, "Write audit"))
        {
            GroundTruth? truth = OpenTruth();
            Do(() => _audit = AuditFormat.Open(_path, new AuditRoot(root), overwrite: !NoClobber, maps));
            if (truth is not null)
            {
                _audit = _judged = new JudgedAudit(_audit!, truth, Doubt);
            }
        }
        _listening = FailureListeners.Add(Hear);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject input in InputObject)
        {
            TellFault();
            if (Take(input.BaseObject) && PassThru)
            {
                _passing = true;
                try
                {
                    WriteObject(input);
                }
                finally
                {
                    _passing = false;
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TellFault();
        _listening?.Dispose(); // what fails from here on fails further down
        Do(() => _audit?.Finish());
        foreach (string note in _judged?.Notes ?? [])
        {
            WriteWarning(note);
        }
    }

    private GroundTruth? OpenTruth()
    {
        try
        {
            return TruthPath is null ? null : this.OrFatal(TruthPath, () => GroundTruth.Open(FilePaths.Literal(this, TruthPath)));
        }
        catch (TruthException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, "TruthInvalid", ErrorCategory.InvalidData, e.Path));
            throw; // not reached
        }
    }

    private void Doubt(TruthException e, string photo) =>
        WriteError(new ErrorRecord(e, "TruthInvalid", ErrorCategory.InvalidData, photo));

    /// <summary>Ends the command where the parameters do not go together.</summary>
    private void Demand()
    {
        string? wrong = Directory.Exists(_path) ? $"'{_path}' is a folder. Name a file in it, such as audit.db."
            : !AuditFormat.IsStore(_path) && !AuditFormat.IsTable(_path)
            ? $"'{_path}': an audit is not written as {System.IO.Path.GetExtension(_path)}. Its name ends with {AuditFormat.Endings}."
            : MapFolder is not null && AuditFormat.IsStore(_path)
            ? $"'{_path}' is an audit file, which has the maps in it. -MapFolder goes with a table: " +
                $"Get-CamAudit {System.IO.Path.GetFileName(_path)} | Export-CamAudit audit.csv -MapFolder maps."
            : null;
        if (wrong is not null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException(wrong), "AuditPathInvalid", ErrorCategory.InvalidArgument, _path));
        }
        if (NoClobber && File.Exists(_path))
        {
            ThrowTerminatingError(new ErrorRecord(
                new IOException($"'{_path}' exists already, and -NoClobber leaves it as it is."), "AuditExists",
                ErrorCategory.ResourceExists, _path));
        }
    }

    /// <summary>Takes what came in; false where it is none of ours, and an error was written.</summary>
    private bool Take(object input)
    {
        switch (input)
        {
            case CamExplanation { Path: not null } explanation:
                Do(() => _audit?.Add(explanation));
                return true;
            case CamAuditRow row:
                Do(() => _audit?.Add(row));
                return true;
            case ErrorRecord error when _heard.TryGetValue(error.Exception, out _):
                return true;
            case ErrorRecord error: // of something else than an image: nobody else would show it
                WriteError(error);
                return false;
            case CamExplanation:
                WriteError(new ErrorRecord(
                    new ArgumentException("An audit has rows of files; this is an explanation of a tensor."),
                    "PathMissing", ErrorCategory.InvalidArgument, input));
                return false;
            default:
                WriteError(new ErrorRecord(
                    new ArgumentException($"'{input}' is neither an explanation of Invoke-CamExplanation nor a row of Get-CamAudit."),
                    "InputNotKnown", ErrorCategory.InvalidArgument, input));
                return false;
        }
    }

    /// <summary>Takes an image that failed further up.</summary>
    private void Hear(FailedImage failed, ErrorRecord error)
    {
        if (_passing || _fault is not null)
        {
            return;
        }
        _heard.AddOrUpdate(error.Exception, error);
        try
        {
            _audit?.Add(failed);
        }
        catch (Exception e) when (Errors.Auditing(e, _path) is { } fault)
        {
            _fault = fault; // it ends this command, not the one that has just failed
        }
    }

    private void TellFault()
    {
        if (_fault is not null)
        {
            ThrowTerminatingError(_fault);
        }
    }

    private void Do(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (Errors.Auditing(e, _path) is { } error)
        {
            ThrowTerminatingError(error);
        }
    }
}
