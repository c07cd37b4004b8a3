using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A colour map as a user writes it.</summary>
/// <param name="value">What it stands for.</param>
public sealed class ColormapArgument(Colormap value) : EnumArgument<Colormap>(value)
{
    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public ColormapArgument(string name)
        : this(ValueOf(name, "colour map"))
    {
    }

    /// <summary>Completes the names with Tab, with a line on each.</summary>
    public sealed class Completer() : EnumCompleter<Colormap>(
        (Colormap.Jet, "blue, cyan, yellow, red: the custom of class activation maps"),
        (Colormap.Turbo, "a rainbow like jet, without its false edges"),
        (Colormap.Viridis, "dark violet to yellow, in even steps for the eye"),
        (Colormap.Inferno, "black, violet, orange, pale yellow"),
        (Colormap.Magma, "black, violet, pink, pale yellow"),
        (Colormap.Plasma, "blue, pink, yellow"),
        (Colormap.Cividis, "blue to yellow, the same to colour-blind eyes"),
        (Colormap.Gray, "black to white"),
        (Colormap.Seismic, "blue, white, red: below 0, 0, above 0"));
}
