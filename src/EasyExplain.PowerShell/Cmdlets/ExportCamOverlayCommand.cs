using System.Management.Automation;
using System.Runtime.ExceptionServices;
using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Writes explanations as pictures: overlays, heat maps, masks, panels.</summary>
/// <remarks>
/// <para>Writes one file for each explanation and style, named after the image, the method, the explained label and the style, such as
/// cat_LayerCAM_cat_overlay.png; -FileName sets other names. The folders of an image below the current location, or below
/// -RelativeTo, are repeated below the destination. Files appear whole or not at all. Your images are never changed.</para>
/// <para>Pictures are as large as the image, up to -MaxSize on the longer side. Where an explanation has several layers, overlay, heat map
/// and mask show the fused map; a panel shows every layer.</para>
/// <para>What a detector found is drawn with its box, its number, label and probability. Each detection has its own overlay, such as
/// street_LayerCAM_0_person_overlay.png; -Style Panel and Boxes show all detections of an image in one picture. Of an image in which
/// nothing was found, the picture is the image with a line that says so. A mask stays black and white.</para>
/// <para>Concepts of Get-CamConcept are drawn in colours: each pixel takes the colour of the strongest concept there, as bright as the
/// concept is strong, and each concept's number stands where it is strongest. A panel has a tile for each concept, titled with its number
/// and its classes. A heat map of concepts shows the colours alone; concepts have no mask.</para>
/// <para>Rows of Get-CamAudit are drawn from the stored maps and the images, without a model; an image that is gone or has changed is an
/// error. Explanations that Invoke-CamExplanation -SkipExisting takes from an audit file are drawn like any other: add -SkipExisting here
/// to keep the pictures that are there.</para>
/// <para>Pictures are drawn and written in the background while the network goes on with the next images; with -PassThru each file is
/// written before the next explanation is taken. A picture that cannot be written is one error that names it, and the rest goes on. Each
/// picture contains a line of text that says what it shows; from that line, Invoke-CamExplanation -SkipExisting knows which images are
/// done.</para>
/// </remarks>
/// <example>
/// <title>An overlay and a panel</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) | Export-CamOverlay ./out -Style Overlay, Panel -PassThru</code>
/// <para>Writes two files and prints them.</para>
/// </example>
/// <example>
/// <title>Other colours, format and size</title>
/// <code>
/// Invoke-CamExplanation *.jpg -Model (Import-CamModel) |
///     Export-CamOverlay ./out -Colormap Viridis -Alpha 0.7 -Format Jpeg -MaxSize 512
/// </code>
/// <para>More heat over the image, in other colours, as small JPEG files.</para>
/// </example>
/// <example>
/// <title>One picture, under a name of your own</title>
/// <code>Invoke-CamExplanation ./cat.jpg (Import-CamModel) | Export-CamOverlay ./out/result.png</code>
/// <para>The extension sets the format. A second picture would be an error.</para>
/// </example>
/// <example>
/// <title>What would be written</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamOverlay ./out -Style Mask -Threshold 0.4 -WhatIf</code>
/// <para>Names the files, writes nothing.</para>
/// </example>
/// <example>
/// <title>A folder tree, kept</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -Include *.jpg, *.png | Invoke-CamExplanation -Model $model |
///     Export-CamOverlay ./out -RelativeTo ./photos
/// </code>
/// <para>The picture of photos/pets/1.jpg goes to out/pets, that of photos/wild/1.jpg to out/wild.</para>
/// </example>
/// <example>
/// <title>The mistakes of an audit, without its model</title>
/// <code>
/// Invoke-CamExplanation ./photos/*.jpg -Model (Import-CamModel) -ExpectedLabel dog | Export-CamAudit audit.db
/// Get-CamAudit audit.db | Where-Object Correct -eq $false | Export-CamOverlay ./mistakes -Style Panel
/// </code>
/// <para>Drawn from the maps in the audit file.</para>
/// </example>
/// <example>
/// <title>Sorted by prediction and probability</title>
/// <code>
/// Invoke-CamExplanation ./photos/*.jpg -Model (Import-CamModel) |
///     Export-CamOverlay ./out -FileName '{Label}/{Probability} {Name}'
/// </code>
/// <para>Writes out/cat/0.755 1.png and the like.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="GetCamConceptCommand"/>
/// <seealso cref="GetCamAuditCommand"/>
[Cmdlet(VerbsData.Export, "CamOverlay", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCamOverlayCommand : DrawingCmdlet, IDisposable
{
    private PictureWriter? _writer;
    private PictureNames _names = null!;
    private string _folder = "";
    private OneFile? _file;
    private readonly PhotoByPhoto _photos = new();

    /// <summary>
    /// The folder for the pictures; it is created if it does not exist. Or, for a single picture, its file: a name that ends with .png,
    /// .jpg or .webp.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>
    /// The pictures' names below -Destination, without extension: text with placeholders in braces and / between folders. Tab completes
    /// the placeholders: {Folder}, {Name}, {Extension}, {Method}, {Layers}, {Detection}, {Class}, {Label}, {Probability}, {Predicted},
    /// {Expected}, {Style} and {Model}. A name that this run has already used gets a number.
    /// </summary>
    /// <value>{Folder}/{Name}_{Method}_{Label}_{Style}, of a detection {Folder}/{Name}_{Method}_{Detection}_{Label}_{Style}</value>
    [Parameter]
    [ArgumentCompleter(typeof(FileNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? FileName { get; set; }

    /// <summary>
    /// The folder whose tree is kept below -Destination: what {Folder} is relative to. By default the current location. A picture of an
    /// image that lies elsewhere goes to -Destination itself.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RelativeTo { get; set; }

    /// <summary>The file format.</summary>
    /// <value>Png</value>
    [Parameter]
    public ImageFormat Format { get; set; } = ImageFormat.Png;

    /// <summary>The longer side of a picture at most, in pixels. No image is enlarged; a panel has its own size.</summary>
    /// <value>1024</value>
    [Parameter]
    [ValidateRange(16, 16384)]
    public int MaxSize { get; set; } = CamPicture.UsualMaxSize;

    /// <summary>Keeps files that exist; each is an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Keeps pictures that exist, without an error; a half-written one is written again.</summary>
    [Parameter]
    public SwitchParameter SkipExisting { get; set; }

    /// <summary>Returns the files, each as soon as it is written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Waits for the pictures that are being written.</summary>
    public void Dispose() => _writer?.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _folder = this.OrFatal(Destination, () => FilePaths.Literal(this, Destination));
        _file = OneFile.Of(this, _folder, MyInvocation.BoundParameters.ContainsKey(nameof(Format)) ? Format : null, Style.Length);
        Format = _file?.Format ?? Format;
        _writer = new PictureWriter(Look(MaxSize), Format, overwrite: !NoClobber);
        base.BeginProcessing();
        string root = RelativeTo is null
            ? SessionState.Path.CurrentFileSystemLocation.ProviderPath
            : this.OrFatal(RelativeTo, () => FilePaths.Folder(this, RelativeTo));
        try
        {
            _names = new PictureNames(FileName ?? PictureNames.Default, root, FileName is null ? PictureNames.DefaultOfDetections : null);
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, "FileNameInvalid", ErrorCategory.InvalidArgument, FileName));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ICamResult result in InputObject)
        {
            if (result is CamExplanation { FoundIn: { } picture, Maps.Length: 0 } && IsBelow(picture, _folder))
            {
                WriteVerbose($"'{result.Path}' has its pictures, '{picture}' among them.");
                continue;
            }
            (OverlayStyle[] each, OverlayStyle[] whole) = StylesOf(result);
            Write(result, each, each.Length, whole.Length);
            foreach (FoundInPhoto all in whole.Length > 0 ? _photos.Add(result) : [])
            {
                Write(all, whole, each.Length, whole.Length);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_photos.Rest() is { } rest)
        {
            (OverlayStyle[] each, OverlayStyle[] whole) = StylesOf(rest.Results[0]);
            Write(rest, whole, each.Length, whole.Length);
        }
        Report(_writer!.Finish());
    }

    private void Write(ICamResult result, OverlayStyle[] styles, int each, int whole)
    {
        PictureOrder[] pictures = [.. styles.Select((style, index) => new PictureOrder(
            style,
            _file?.Take() ?? System.IO.Path.Combine(_folder, _names.For(result, style, Format)),
            FinishedPhotos.NoteOf(result, index, each, whole)))];
        PictureOrder[] wanted = [.. pictures.Where(picture => !Exists(picture.Path) && ShouldProcess(picture.Path, "Write picture"))];
        Report(_writer!.MakeRoom());
        _writer.Start(result, wanted);
        if (PassThru)
        {
            Report(_writer.Finish()); // what comes next in the pipeline shall not wait for another explanation
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _writer?.Stop();

    private static bool IsBelow(string file, string folder) => System.IO.Path.GetRelativePath(folder, file) is var way
        && !System.IO.Path.IsPathRooted(way) && way.Split(System.IO.Path.DirectorySeparatorChar)[0] != "..";

    /// <summary>Whether -SkipExisting passes over a picture.</summary>
    private bool Exists(string path)
    {
        try
        {
            bool skip = SkipExisting && File.Exists(path) && PictureNote.IsWhole(path);
            if (skip)
            {
                WriteVerbose($"'{path}' exists.");
            }
            return skip;
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            return false; // writing it will say what is wrong
        }
    }

    private void Report(IEnumerable<WrittenPicture> done)
    {
        foreach (WrittenPicture picture in done)
        {
            if (picture.Error is SelectionException misfit)
            {
                ThrowTerminatingError(Errors.Fatal(misfit, null)!); // a style that there is not one for all
            }
            else if (picture.Error is { } error)
            {
                if (!Errors.IsAboutOneFile(error))
                {
                    ExceptionDispatchInfo.Throw(error);
                }
                WriteError(picture.Path is { } path
                    ? Errors.Writing(error, path)
                    : Errors.Reading(error, picture.Result.Path ?? (object)picture.Result));
            }
            else if (PassThru)
            {
                // As Get-Item gives it.
                WriteObject(InvokeProvider.Item.Get([picture.Path], force: true, literalPath: true), enumerateCollection: true);
            }
        }
    }
}
