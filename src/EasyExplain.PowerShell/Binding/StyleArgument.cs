using EasyExplain.Explanation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A style of picture as a user writes it.</summary>
/// <param name="value">What it stands for.</param>
public sealed class StyleArgument(OverlayStyle value) : EnumArgument<OverlayStyle>(value)
{
    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public StyleArgument(string name)
        : this(ValueOf(name, "style"))
    {
    }

    /// <summary>Completes the names with Tab, with a line on each.</summary>
    public sealed class Completer() : EnumCompleter<OverlayStyle>(
        (OverlayStyle.Overlay, "the photo with the heat over it"),
        (OverlayStyle.Heatmap, "the heat alone"),
        (OverlayStyle.Mask, "white where the map reaches -Threshold, else black"),
        (OverlayStyle.Panel, "photo, heat maps, overlays and mask side by side, with titles; of a detector, a tile for each thing"),
        (OverlayStyle.Boxes, "of a detector: the photo with the boxes of all that was found, numbered"));
}
