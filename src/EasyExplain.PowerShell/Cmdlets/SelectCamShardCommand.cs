using System.Management.Automation;
using EasyExplain.Audit.Shards;
using EasyExplain.Audit.Store;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Takes those of many images that are one job's share, so that several machines can explain them together.</summary>
/// <remarks>
/// <para>Passes on the files, or the paths, that are in the shard, as they are and as they come. Each file is in exactly one of the shards:
/// which one depends on its path below -RelativeTo alone, not on the order, the other files, the machine, or where the folder is mounted.
/// Case counts, and é is the same in one character and in two.</para>
/// <para>Shards are about equal in size: of 10 million images, 128 shards have 77,300 to 79,000 each. A file that is added or taken away
/// changes no other's shard; another number of shards changes all.</para>
/// <para>-PathList reads a list of paths in place of the pipeline, such as one that find has written. It streams: a list of ten million
/// lines takes no more memory than a short one, and no folder is walked.</para>
/// <para>Give all jobs the same -RelativeTo, the folder that all images lie below, and Export-CamAudit the same one. Each job writes an
/// audit of its own, such as audit-017-of-128.db, and Merge-CamAudit makes one of them.</para>
/// </remarks>
/// <example>
/// <title>The first of two shards</title>
/// <code>Get-ChildItem ./photos -Recurse -File | Select-CamShard 1/2 -RelativeTo ./photos</code>
/// <para>The other half is 2/2.</para>
/// </example>
/// <example>
/// <title>A shard's audit</title>
/// <code>
/// $audit = @{ Model = Import-CamModel; SkipExisting = './audit-002-of-004.db' }
/// Get-ChildItem ./photos -Recurse -File | Select-CamShard 2/4 -RelativeTo ./photos | Invoke-CamExplanation @audit |
///     Export-CamAudit ./audit-002-of-004.db -RelativeTo ./photos
/// </code>
/// <para>The same lines, run again, go on where they were stopped.</para>
/// </example>
/// <example>
/// <title>From a list</title>
/// <code>
/// Set-Content ./photos.txt 'cat.jpg', 'photos/a [1].jpg'
/// Select-CamShard 1/1 -PathList ./photos.txt | Invoke-CamExplanation -Model (Import-CamModel)
/// </code>
/// <para>Relative paths are below -RelativeTo. In a job of Slurm or Kubernetes, Auto stands for the shard.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="ExportCamAuditCommand"/>
[Cmdlet(VerbsCommon.Select, "CamShard", DefaultParameterSetName = ByInputObject)]
[OutputType(typeof(FileInfo), typeof(string), ParameterSetName = [ByInputObject])]
[OutputType(typeof(FileInfo), ParameterSetName = [ByPathList])]
public sealed class SelectCamShardCommand : PSCmdlet
{
    private const string ByInputObject = "InputObject";
    private const string ByPathList = "PathList";

    private AuditRoot _root = null!;
    private CamShard _shard = null!;
    private bool _warned;
    private long _seen;
    private long _taken;

    /// <summary>
    /// Which shard of how many: 17/128, with numbers from 1. Auto takes both from the scheduler: in a whole array of Slurm (--array=1-128
    /// or 0-127), or in an Indexed Job of Kubernetes whose manifest sets JOB_COMPLETIONS. Auto/128 takes the number from there; an array,
    /// or the part of one that is run again, counts from 1 then. Where the scheduler says too little, the command ends with an error.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Shard { get; set; } = "";

    /// <summary>Files, paths (no character is a wildcard), or objects with a Path or FullName, such as rows of a CSV file.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputObject)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// A text file with a path on each line, or with NUL after each, as find -print0 writes it: UTF-8, unless its byte order mark says
    /// otherwise. Empty lines are passed over. The files of the shard come out as Get-ChildItem gives them, whether they exist or not.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPathList)]
    [ValidateNotNullOrEmpty]
    public string PathList { get; set; } = "";

    /// <summary>
    /// The folder that paths are taken below, the same one for all shards. By default the current location. A file that lies elsewhere is
    /// known by its full path; a warning says so once.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RelativeTo { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _shard = this.OrFatal(Shard, () => CamShard.Parse(Shard));
        _root = new AuditRoot(RelativeTo is null
            ? SessionState.Path.CurrentFileSystemLocation.ProviderPath
            : this.OrFatal(RelativeTo, () => FilePaths.Folder(this, RelativeTo)));
        WriteVerbose($"This is shard {_shard} of the files below '{_root.Folder}'.");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ByPathList)
        {
            return;
        }
        if (PathOf(InputObject) is not { Length: > 0 } path)
        {
            WriteError(new ErrorRecord(new ArgumentException($"'{InputObject}' is neither a file nor a path, and has no Path or FullName."),
                "InputNotKnown", ErrorCategory.InvalidArgument, InputObject));
        }
        else if (IsHere(path))
        {
            WriteObject(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == ByPathList)
        {
            ReadList();
        }
        WriteVerbose($"{_taken} of {_seen} files are in shard {_shard}.");
    }

    private void ReadList()
    {
        string list = this.OrFatal(PathList, () => FilePaths.Literal(this, PathList));
        using IEnumerator<string> lines = PathListAt(list);
        while (!Stopping && this.OrFatal(list, () => lines.MoveNext() ? lines.Current : null) is { } line)
        {
            string path = System.IO.Path.Combine(_root.Folder, line);
            if (IsHere(path))
            {
                WriteObject(new FileInfo(path));
            }
        }
    }

    private static IEnumerator<string> PathListAt(string list) => Audit.Shards.PathList.Read(list).GetEnumerator();

    private bool IsHere(string path)
    {
        _seen++;
        string file = _root.FileOf(path);
        if (!_warned && System.IO.Path.IsPathRooted(file))
        {
            _warned = true;
            WriteWarning($"'{path}' does not lie below '{_root.Folder}': its full path decides its shard, which another machine may not " +
                "have. Let -RelativeTo name the folder that all files lie below. Further ones are not announced.");
        }
        bool here = this.OrFatal(path, () => _shard.Has(file));
        _taken += here ? 1 : 0;
        return here;
    }

    private string? PathOf(PSObject? input) => input?.BaseObject switch
    {
        FileSystemInfo file => file.FullName,
        string path => path.Length == 0 ? null : FilePaths.Literal(this, path),
        null => null,
        _ => (input.Properties["Path"] ?? input.Properties["FullName"])?.Value?.ToString() is { Length: > 0 } path
            ? FilePaths.Literal(this, path) : null,
    };
}
