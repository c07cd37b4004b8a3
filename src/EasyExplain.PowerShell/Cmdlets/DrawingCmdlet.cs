using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>A cmdlet that draws results.</summary>
public abstract class DrawingCmdlet : PSCmdlet
{
    private protected DrawingCmdlet()
    {
    }

    /// <summary>Explanations from Invoke-CamExplanation, rows from Get-CamAudit, or concepts from Get-CamConcept.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public ICamResult[] InputObject { get; set; } = [];

    /// <summary>
    /// What to draw: Overlay, Heatmap, Mask, Panel, Boxes, or several of them. Of a detector, Panel has a tile for each thing that was
    /// found in the image, and Boxes shows them all in one picture, numbered; the others are a picture for each.
    /// </summary>
    /// <value>Overlay</value>
    [Parameter(Position = 1)] // behind the destination, where there is one
    [ArgumentCompleter(typeof(StyleArgument.Completer))]
    [ValidateNotNullOrEmpty]
    public StyleArgument[] Style { get; set; } = [new(OverlayStyle.Overlay)];

    /// <summary>The opacity of the heat over the image: 0 shows only the image, 1 only the heat.</summary>
    /// <value>0.5</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Alpha { get; set; } = 0.5;

    /// <summary>
    /// The colours of the heat, by matplotlib's names: Jet, Turbo, Viridis, Inferno, Magma, Plasma, Cividis, Gray or Seismic. Tab completes
    /// them, with a line on each. By default Jet, and for maps with signs (LRP, Occlusion and others) Seismic: red speaks for the class,
    /// blue against it.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ColormapArgument.Completer))]
    public ColormapArgument? Colormap { get; set; }

    /// <summary>The mask is white where the map has at least this value, 0 to 1.</summary>
    /// <value>0.5</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Threshold { get; set; } = 0.5;

    /// <summary>The styles, in the order asked.</summary>
    private protected IEnumerable<OverlayStyle> Styles => Style.Select(style => style.Value);

    /// <summary>The styles that show what was found in an image each, and those that show all of it in one picture.</summary>
    private protected (OverlayStyle[] Each, OverlayStyle[] Whole) StylesOf(ICamResult result) => FoundInPhoto.IsOne(result)
        ? ([.. Styles.Where(style => !FoundInPhoto.ShowsAll(style))], [.. Styles.Where(FoundInPhoto.ShowsAll)])
        : ([.. Styles], []);

    /// <summary>What pictures look like.</summary>
    private protected CamPicture Look(int maxSize) => new(Alpha, Colormap?.Value, Threshold, maxSize);

    /// <inheritdoc/>
    protected override void BeginProcessing() => IgnoredOptions.Warn(this, [.. Styles]);
}
