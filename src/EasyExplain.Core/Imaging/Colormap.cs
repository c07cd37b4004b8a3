namespace EasyExplain.Imaging;

/// <summary>Ways to paint a number from 0 to 1, or from −1 to 1; the tables are matplotlib's.</summary>
public enum Colormap
{
    /// <summary>Blue, cyan, yellow, red: the custom of class activation maps.</summary>
    Jet,

    /// <summary>A rainbow like jet, without its false edges.</summary>
    Turbo,

    /// <summary>Dark violet to yellow, even steps for the eye.</summary>
    Viridis,

    /// <summary>Black, violet, orange, pale yellow.</summary>
    Inferno,

    /// <summary>Black, violet, pink, pale yellow.</summary>
    Magma,

    /// <summary>Blue, pink, yellow.</summary>
    Plasma,

    /// <summary>Blue to yellow, the same to colour-blind eyes.</summary>
    Cividis,

    /// <summary>Black to white.</summary>
    Gray,

    /// <summary>Blue below 0, white at 0, red above: for maps with signs. 0 is its middle whatever the map.</summary>
    Seismic,
}
