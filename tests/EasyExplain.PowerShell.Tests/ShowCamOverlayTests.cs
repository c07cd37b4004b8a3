using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace EasyExplain.PowerShell.Tests;

public sealed class ShowCamOverlayTests : IDisposable
{
    private const string Explain = "Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $args[0] | ";
    private static readonly string Cat = Repository.Photo("cat.jpg");

    private static readonly string[] Variables =
        ["TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "KONSOLE_VERSION", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY"];

    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    public ShowCamOverlayTests()
    {
        foreach (string name in Variables)
        {
            Environment.SetEnvironmentVariable(name, null);
        }
        Environment.SetEnvironmentVariable("TERM", "xterm-256color");
        Environment.SetEnvironmentVariable("COLORTERM", "truecolor");
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    [Fact]
    public void ThePicture_IsInTheWindow_AndNothingInTheOutput()
    {
        Shown shown = Run(Explain + "Show-CamOverlay", new WindowHost());
        Assert.Empty(shown.Output);
        Assert.Equal("cat.jpg: cat (LayerCAM)", shown.Lines[0]);
        int[,] pixels = TerminalDecoder.HalfBlocks([.. shown.Lines.Skip(1)]);
        Assert.InRange(shown.Lines.Count, 1, 19); // and the prompt is the twentieth row
        Assert.Equal((36, 54), (pixels.GetLength(0), pixels.GetLength(1))); // 300 by 451, in 18 rows
        // The heat is on the face: red there, blue in the corner (the figure of Export-CamOverlay, by hand).
        Assert.True(Red(pixels[12, 18]) > Blue(pixels[12, 18]) + 60, $"{pixels[12, 18]:x6}");
        Assert.True(Blue(pixels[2, 52]) > Red(pixels[2, 52]) + 60, $"{pixels[2, 52]:x6}");
    }

    [Fact]
    public void TheStyle_IsTheOneAskedFor()
    {
        int[,] photo = Pixels("Show-CamOverlay -Alpha 0"), heat = Pixels("Show-CamOverlay Heatmap -Colormap Gray"),
            mask = Pixels("Show-CamOverlay -Style Mask -Threshold 0");
        Assert.NotEqual(photo, heat);
        Assert.All(heat.Cast<int>(), pixel => Assert.Equal(Red(pixel), Blue(pixel)));
        Assert.All(mask.Cast<int>(), pixel => Assert.Equal(0xFFFFFF, pixel));
    }

    [Theory]
    [InlineData("-Width 20", 20)]
    [InlineData("-Width 500", 59)] // never wider than the window
    [InlineData("-Style Panel", 59)]
    public void TheWidth_IsInCharacters_AndNeverMoreThanTheWindow(string arguments, int width) =>
        Assert.Equal(width, Pixels("Show-CamOverlay " + arguments).GetLength(1));

    [Fact]
    public void PassThru_GivesTheExplanationsOn()
    {
        Shown shown = Run(Explain + "Show-CamOverlay -Style Overlay, Mask -PassThru", new WindowHost());
        Assert.Equal("cat", Assert.Single(shown.Output).Properties["Label"].Value);
        Assert.Equal(2, shown.Lines.Count(line => line.StartsWith("cat.jpg", StringComparison.Ordinal)));
    }

    [Fact]
    public void WithoutAWindow_NothingIsDrawn_AndVerboseSaysSo()
    {
        Shown shown = Run(Explain + "Show-CamOverlay -PassThru -Verbose", new WindowHost(hasTerminal: false));
        Assert.Empty(shown.Lines);
        Assert.Single(shown.Output);
        Assert.Contains(shown.Verbose, line => line.StartsWith("Nothing is drawn", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("COLORTERM", null, "[38;5;")]
    [InlineData("COLORTERM", "24bit", "[38;2;")]
    [InlineData("NO_COLOR", "1", null)]
    [InlineData("TERM", "dumb", null)]
    public void Colours_AreThoseTheTerminalHas_AndTheUserWants(string variable, string? value, string? sequence)
    {
        if (OperatingSystem.IsWindows() && variable == "COLORTERM")
        {
            return; // Windows' console has all colours
        }
        Environment.SetEnvironmentVariable(variable, value);
        IReadOnlyList<string> lines = Run(Explain + "Show-CamOverlay", new WindowHost()).Lines;
        if (sequence is null)
        {
            Assert.DoesNotContain(lines, line => line.Contains('\e', StringComparison.Ordinal));
            Assert.Contains(lines, line => line.Contains('▒', StringComparison.Ordinal));
        }
        else
        {
            Assert.Contains(sequence, lines[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void PlainTextRendering_HasNoColours() => Assert.DoesNotContain(
        Run("$before = $PSStyle.OutputRendering; $PSStyle.OutputRendering = 'PlainText'; try { " + Explain
            + "Show-CamOverlay } finally { $PSStyle.OutputRendering = $before }", new WindowHost()).Lines,
        line => line.Contains('\e', StringComparison.Ordinal));

    [Theory]
    [InlineData("TERM", "foot", "", true)]
    [InlineData("TERM_PROGRAM", "WezTerm", "", true)]
    [InlineData("TERM_PROGRAM", "WezTerm", "-Sixel:$false", false)]
    [InlineData("TERM_PROGRAM", "vscode", "", false)]
    [InlineData("KONSOLE_VERSION", "220401", "", true)]
    [InlineData("KONSOLE_VERSION", "211203", "", false)]
    [InlineData("TERM", "xterm-256color", "-Sixel", true)]
    public void Sixel_IsForTerminalsKnownForIt_OrWhoeverAsks(string variable, string value, string arguments, bool sixel)
    {
        Environment.SetEnvironmentVariable(variable, value);
        IReadOnlyList<string> lines = Run(Explain + "Show-CamOverlay " + arguments, new WindowHost()).Lines;
        Assert.Equal(sixel, lines[1].StartsWith("\eP", StringComparison.Ordinal));
        if (sixel)
        {
            Assert.Equal(2, lines.Count);
            int[,] pixels = TerminalDecoder.Sixel(lines[1]);
            Assert.InRange(pixels.GetLength(1), 200, 59 * 6); // cells of 6×12 pixels, where no terminal tells
            Assert.InRange(pixels.GetLength(0), 100, 18 * 12);
        }
    }

    [Fact]
    public void WithinTmux_SixelIsNotTakenForGranted()
    {
        Environment.SetEnvironmentVariable("TERM_PROGRAM", "WezTerm");
        Environment.SetEnvironmentVariable("TMUX", "default,1,0");
        Assert.DoesNotContain("\eP", Run(Explain + "Show-CamOverlay", new WindowHost()).Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void APhotoThatIsGone_IsOneError_AndTheRestGoesOn()
    {
        string gone = Path.Combine(Directory.CreateTempSubdirectory().FullName, "gone.jpg");
        File.Copy(Cat, gone);
        Shown shown = Run("""
            $e = $args[1], $args[0] | Invoke-CamExplanation -Model (Import-CamModel)
            [System.IO.File]::WriteAllText($args[1], 'no photo any more')
            [System.GC]::Collect()
            $e | Show-CamOverlay
            """, new WindowHost(), gone);
        Assert.Contains("cat.jpg: cat (LayerCAM)", shown.Lines);
        Assert.All(shown.Errors, error => Assert.Equal(gone, error.TargetObject)); // none if the photo was still in memory
        Directory.Delete(Path.GetDirectoryName(gone)!, recursive: true);
    }

    [Fact]
    public void AFileNameWithControlCharacters_IsNotObeyed()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no such names there
        }
        string photo = Path.Combine(Directory.CreateTempSubdirectory().FullName, "a\e[2Jb.jpg");
        File.Copy(Cat, photo);
        Assert.Equal("a?[2Jb.jpg: cat (LayerCAM)",
            Run(Explain.Replace("0", "1", StringComparison.Ordinal) + "Show-CamOverlay", new WindowHost(), photo).Lines[0]);
        Directory.Delete(Path.GetDirectoryName(photo)!, recursive: true);
    }

    [Fact]
    public void WithoutADesktop_TheViewerIsAClearError()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        Shown shown = Run(Explain + "Show-CamOverlay -Viewer", new WindowHost());
        Assert.Equal("ViewerMissing,EasyExplain.PowerShell.Cmdlets.ShowCamOverlayCommand",
            Assert.Single(shown.Errors).FullyQualifiedErrorId);
        Assert.Contains("Export-CamOverlay", shown.Errors[0].ToString(), StringComparison.Ordinal);
    }

    private static int Red(int pixel) => pixel >> 16;

    private static int Blue(int pixel) => pixel & 0xFF;

    private static int[,] Pixels(string command) => TerminalDecoder.HalfBlocks([.. Run(Explain + command, new WindowHost()).Lines.Skip(1)]);

    private static Shown Run(string script, WindowHost host, params object[] arguments)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", WildcardPattern.Escape(Path.Combine(Repository.Root, "EasyExplain.psd1")))
            .AddStatement().AddScript(script).AddArgument(Cat);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }
        Collection<PSObject> output = [];
        List<ErrorRecord> terminated = [];
        try
        {
            output = shell.Invoke();
        }
        catch (RuntimeException e)
        {
            terminated.Add(e.ErrorRecord);
        }
        return new Shown(output, host.Lines, [.. shell.Streams.Error, .. terminated],
            [.. shell.Streams.Verbose.Select(record => record.Message)]);
    }

    private sealed record Shown(IReadOnlyList<PSObject> Output, IReadOnlyList<string> Lines, IReadOnlyList<ErrorRecord> Errors,
        IReadOnlyList<string> Verbose);
}
