using System.Management.Automation.Host;

namespace EasyExplain.Host;

/// <summary>The size of the window and its colours; nothing that needs a screen which can be read back.</summary>
internal sealed class ConsoleRawUI : PSHostRawUserInterface
{
    public override Size WindowSize
    {
        get => new(Terminal.Width, Terminal.Height);
        set => throw NoScreen();
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => throw NoScreen();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override string WindowTitle { get; set; } = "EasyExplain";

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override Coordinates CursorPosition
    {
        get => throw NoScreen();
        set => throw NoScreen();
    }

    public override Coordinates WindowPosition
    {
        get => throw NoScreen();
        set => throw NoScreen();
    }

    public override int CursorSize
    {
        get => throw NoScreen();
        set => throw NoScreen();
    }

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException("This host reads lines, not keys.");

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoScreen();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoScreen();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoScreen();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NoScreen();

    private static NotSupportedException NoScreen() => new("This host writes lines; it has no screen to move about on.");
}
