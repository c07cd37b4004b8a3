using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Writes explanations as pictures: overlays, heat maps, masks, panels.</summary>
/// <remarks>
/// <para>Writes one file for each explanation and style, named after the photo, the method, the explained label and the style, such as
/// cat_LayerCAM_cat_overlay.png. Files appear whole or not at all. Photos are never changed.</para>
/// <para>Pictures are as large as the photo, up to -MaxSize on the longer side. Where an explanation has several layers, overlay, heat map
/// and mask show the fused map; a panel shows every layer.</para>
/// <para>Concepts of Get-CamConcept are drawn in colours: each pixel in that of the concept that is strongest there, as bright as the concept
/// is strong, with the concept's number where it is strongest. A panel has a tile for each concept, titled with its number and its classes.
/// A heat map of them is the colours alone; a mask there is none.</para>
/// </remarks>
/// <example>
/// <title>An overlay and a panel</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) | Export-CamOverlay ./out -Style Overlay, Panel -PassThru</code>
/// <para>Writes two files and prints them.</para>
/// </example>
/// <example>
/// <title>Another look</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamOverlay ./out -Colormap Viridis -Alpha 0.7 -Format Jpeg -MaxSize 512</code>
/// <para>A stronger heat in other colours, as small JPEG files.</para>
/// </example>
/// <example>
/// <title>What would be written</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Export-CamOverlay ./out -Style Mask -Threshold 0.4 -WhatIf</code>
/// <para>Names the files, writes nothing.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="GetCamConceptCommand"/>
[Cmdlet(VerbsData.Export, "CamOverlay", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCamOverlayCommand : PSCmdlet
{
    private readonly OverlayFileNames _names = new();
    private CamPicture _picture = null!;
    private string _folder = "";
    private bool _stopped;

    /// <summary>Explanations of Invoke-CamExplanation, or concepts of Get-CamConcept.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public ICamResult[] InputObject { get; set; } = [];

    /// <summary>The folder for the pictures; it is made if it is not there.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>What to draw: Overlay, Heatmap, Mask, Panel, or several of them.</summary>
    /// <value>Overlay</value>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public OverlayStyle[] Style { get; set; } = [OverlayStyle.Overlay];

    /// <summary>The opacity of the heat over the photo: 0 shows only the photo, 1 only the heat.</summary>
    /// <value>0.5</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Alpha { get; set; } = 0.5;

    /// <summary>The colours of the heat, by matplotlib's names.</summary>
    /// <value>Jet</value>
    [Parameter]
    public Colormap Colormap { get; set; } = Colormap.Jet;

    /// <summary>From which value of the map on, 0 to 1, the mask is white.</summary>
    /// <value>0.5</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Threshold { get; set; } = 0.5;

    /// <summary>The file format.</summary>
    /// <value>Png</value>
    [Parameter]
    public ImageFormat Format { get; set; } = ImageFormat.Png;

    /// <summary>The longer side of a picture at most, in pixels. No photo is enlarged; a panel has its own size.</summary>
    /// <value>1024</value>
    [Parameter]
    [ValidateRange(16, 16384)]
    public int MaxSize { get; set; } = 1024;

    /// <summary>Leaves files that exist as they are; each is an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Returns the files written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _picture = new CamPicture(Alpha, Colormap, Threshold, MaxSize);
        _folder = this.OrFatal(Destination, () => FilePaths.Literal(this, Destination));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ICamResult explanation in InputObject)
        {
            foreach (OverlayStyle style in Style)
            {
                string path = System.IO.Path.Combine(_folder, _names.For(explanation, style, Format));
                if (!_stopped && ShouldProcess(path, "Write picture") && Write(explanation, style, path) && PassThru)
                {
                    WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true); // as Get-Item gives it
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped = true;

    private bool Write(ICamResult explanation, OverlayStyle style, string path)
    {
        Photo picture;
        try
        {
            picture = explanation.Draw(_picture, style);
        }
        catch (SelectionException e)
        {
            ThrowTerminatingError(Errors.Fatal(e, explanation)!);
            throw; // not reached
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            WriteError(Errors.Reading(e, explanation.Path ?? (object)explanation));
            return false;
        }
        try
        {
            Directory.CreateDirectory(_folder);
            ImageEncoder.Save(picture, path, Format, overwrite: !NoClobber);
            return true;
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            WriteError(Errors.Writing(e, path));
            return false;
        }
    }
}
