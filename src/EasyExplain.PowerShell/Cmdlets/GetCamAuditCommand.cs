using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Reads the rows of audit files.</summary>
/// <remarks>
/// <para>Gives a row for each explanation, and one for each image that could not be explained, in the order of the files' names, and of
/// one image in that of its explanations, however the audit came about. They stream, also while the file is still being written; -Verbose
/// says whether it was finished. Where-Object, Group-Object and Sort-Object filter and count them.</para>
/// <para>Rows go where explanations go: Export-CamOverlay and Show-CamOverlay draw them from the stored map and the image, without a model;
/// Invoke-CamExplanation -Model explains their images again. An image that is gone or has changed since is an error when it is to be
/// drawn.</para>
/// <para>Beside the columns, a row has Predicted, Maps, Map, Fused and Duration, as explanations do. ConvertTo-Json and Export-Csv leave
/// these out.</para>
/// <para>docs/audit-format.md describes the file for the sqlite3 shell, pandas and DuckDB.</para>
/// </remarks>
/// <example>
/// <title>What is confused with what</title>
/// <code>
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model (Import-CamModel) -ExpectedLabel ParentFolder |
///     Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Correct -eq $false | Group-Object Expected, Label -NoElement | Sort-Object Count -Descending
/// </code>
/// <para>The most frequent mistakes first.</para>
/// </example>
/// <example>
/// <title>Pictures of the worst mistakes, without a model</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel dog | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Correct -eq $false | Sort-Object Probability -Descending | Select-Object -First 20 |
///     Export-CamOverlay ./mistakes -Style Panel
/// </code>
/// <para>Drawn from the maps in the audit file.</para>
/// </example>
/// <example>
/// <title>The same images with another method</title>
/// <code>
/// $model = Import-CamModel
/// Invoke-CamExplanation *.jpg -Model $model | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Probability -lt 0.9 | Invoke-CamExplanation -Model $model -Method FinerCAM |
///     Export-CamOverlay ./doubtful
/// </code>
/// <para>A row names its model but does not bring it.</para>
/// </example>
/// <example>
/// <title>What could not be explained</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object ErrorId | Select-Object File, ErrorId, Error
/// </code>
/// <para>Images that failed have rows too.</para>
/// </example>
/// <seealso cref="ExportCamAuditCommand"/>
/// <seealso cref="MergeCamAuditCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
/// <seealso cref="InvokeCamExplanationCommand"/>
[Cmdlet(VerbsCommon.Get, "CamAudit", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamAuditRow))]
public sealed class GetCamAuditCommand : PSCmdlet
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";

    /// <summary>Audit files, with wildcards. A file whose very name has brackets in it is found too.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Audit files; no character is a wildcard. This is what files from Get-ChildItem bind to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == ByLiteralPath;
        var several = new SeveralFiles(this, literal ? LiteralPath : Path);
        foreach (string file in several.Files(path => literal ? [FilePaths.Literal(this, path)] : FilePaths.Matching(this, path)))
        {
            using AuditReader? reader = several.Try(file, () => new AuditReader(file));
            if (reader is null)
            {
                continue;
            }
            WriteVerbose(several.Try(file, () => reader.Finished is { } time ? $"'{file}' was finished on {time:u}."
                : $"'{file}' was not finished, or an older version wrote it.") ?? "");
            using IEnumerator<CamAuditRow> rows = reader.Rows().GetEnumerator();
            while (!Stopping && several.Try(file, () => rows.MoveNext() ? rows.Current : null) is { } row)
            {
                WriteObject(row);
            }
        }
    }
}
