namespace EasyExplain.Imaging.Terminal;

/// <summary>How many colours a terminal shows.</summary>
public enum TerminalColors
{
    /// <summary>None: a picture is drawn in shades of text.</summary>
    None,

    /// <summary>xterm's 256: a cube of 6×6×6 and 24 greys.</summary>
    Indexed,

    /// <summary>All of 24 bits.</summary>
    Full,
}
