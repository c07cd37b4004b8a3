using EasyExplain.Detectors;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A side of a box as a user writes it.</summary>
/// <param name="value">What it stands for.</param>
public sealed class BoxSideArgument(BoxSide value) : EnumArgument<BoxSide>(value)
{
    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public BoxSideArgument(string name)
        : this(ValueOf(name, "side of a box"))
    {
    }

    /// <summary>Completes the names with Tab, with a line on each.</summary>
    public sealed class Completer() : EnumCompleter<BoxSide>(
        (BoxSide.Left, "what pushes the left edge to the right"),
        (BoxSide.Top, "what pushes the upper edge down"),
        (BoxSide.Right, "what pushes the right edge to the right"),
        (BoxSide.Bottom, "what pushes the lower edge down"));
}
