using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Terminal;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Shows explanations as pictures in the terminal, or in the default viewer.</summary>
/// <remarks>
/// <para>Draws with coloured half-blocks, two pixels a character, as large as the window allows. Where the terminal has no 24-bit colours
/// it uses 256, and shades of text where colours are off: NO_COLOR, TERM and $PSStyle.OutputRendering decide.</para>
/// <para>In terminals known to show Sixel (foot, WezTerm, iTerm2, Konsole, mlterm, mintty, contour) it draws in pixels. Others can too,
/// such as Windows Terminal from 1.22 on, but do not say so: use -Sixel there, or for the whole session
/// $PSDefaultParameterValues['Show-CamOverlay:Sixel'] = $true.</para>
/// <para>The picture goes to the window, as with Out-Host, never into a variable, a file or the next command. Where the output is
/// redirected there is no window, and nothing is drawn; -Verbose says so.</para>
/// <para>With -Viewer the picture is a PNG file in the folder for temporary files, and stays there.</para>
/// </remarks>
/// <example>
/// <title>Where did it look?</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) | Show-CamOverlay</code>
/// <para>The image with the heat over it, in the terminal.</para>
/// </example>
/// <example>
/// <title>Small pictures on the way to files</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) | Show-CamOverlay -Width 40 -PassThru | Export-CamOverlay ./out</code>
/// <para>Shows each picture as it is made, 40 characters wide, and writes it.</para>
/// </example>
/// <example>
/// <title>All layers in the default viewer</title>
/// <code>Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation ./cat.jpg | Show-CamOverlay -Style Panel -Viewer -WhatIf</code>
/// <para>Without -WhatIf, the panel opens in the desktop's usual program for images.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
[Cmdlet(VerbsCommon.Show, "CamOverlay", SupportsShouldProcess = true, DefaultParameterSetName = InTerminal)]
[OutputType(typeof(ICamResult))]
public sealed class ShowCamOverlayCommand : DrawingCmdlet
{
    private const string InTerminal = "Terminal";
    private const string InViewer = "Viewer";

    private readonly PictureNames _names = new("{Name}_{Method}_{Label}_{Style}", ".", "{Name}_{Method}_{Detection}_{Label}_{Style}");
    private readonly PhotoByPhoto _photos = new();
    private TerminalWindow? _window;
    private string? _folder; // of this run's files for the viewer
    private bool _stopped;

    /// <summary>
    /// The width in characters, however high the picture gets, but never wider than the window. By default the picture fits the window's
    /// width and height.
    /// </summary>
    [Parameter(ParameterSetName = InTerminal)]
    [ValidateRange(1, 10000)]
    public int? Width { get; set; }

    /// <summary>
    /// Draws in pixels, with Sixel, whatever the terminal is; -Sixel:$false never does. By default only terminals known to show Sixel get
    /// it.
    /// </summary>
    [Parameter(ParameterSetName = InTerminal)]
    public SwitchParameter Sixel { get; set; }

    /// <summary>Opens the pictures in the default viewer instead of showing them in the terminal.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InViewer)]
    public SwitchParameter Viewer { get; set; }

    /// <summary>Returns the explanations, for the next command.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!Viewer)
        {
            // By its name, since the contract of PowerShell that this module is built against has no PSStyle.
            string? rendering = (GetVariableValue("PSStyle") is { } style ? PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value
                : null)?.ToString();
            _window = TerminalWindow.Of(Host, rendering, Environment.GetEnvironmentVariable);
            WriteVerbose(_window is null
                ? "Nothing is drawn: the output is redirected, or this session has no window. -Viewer opens pictures, Export-CamOverlay " +
                "writes them."
                : $"Drawing {(UseSixel(_window) ? "with Sixel" : $"half-blocks, colours: {_window.Colors}")}, within {_window.Columns} " +
                $"columns and {_window.Rows} rows.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ICamResult result in InputObject)
        {
            (OverlayStyle[] each, OverlayStyle[] whole) = StylesOf(result);
            Show(result, each);
            foreach (FoundInPhoto all in whole.Length > 0 ? _photos.Add(result) : [])
            {
                Show(all, whole);
            }
            if (PassThru)
            {
                WriteObject(result);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_photos.Rest() is { } rest)
        {
            Show(rest, StylesOf(rest.Results[0]).Whole);
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped = true;

    private void Show(ICamResult result, OverlayStyle[] styles)
    {
        foreach (OverlayStyle style in styles.TakeWhile(_ => !_stopped))
        {
            if (Viewer)
            {
                View(result, style);
            }
            else if (_window is not null)
            {
                Show(result, style, _window);
            }
        }
    }

    private void Show(ICamResult result, OverlayStyle style, TerminalWindow window)
    {
        bool sixel = UseSixel(window);
        (int cellWidth, int cellHeight) = sixel ? CellSize.OfTerminal() : (1, 2);
        int width = Math.Min(Width ?? window.Columns, window.Columns) * cellWidth;
        int height = Width is null ? window.Rows * cellHeight : int.MaxValue;
        if (Draw(result, style, Math.Max(width, Math.Min(height, 4 * width))) is not { } drawn)
        {
            return;
        }
        Photo picture = TerminalPicture.Fit(drawn, width, height);
        Host.UI.WriteLine(Printable($"{result}"));
        foreach (string line in sixel ? [Imaging.Terminal.Sixel.Encode(picture)] : HalfBlocks.Lines(picture, window.Colors))
        {
            if (_stopped)
            {
                return;
            }
            Host.UI.WriteLine(line);
        }
    }

    private void View(ICamResult result, OverlayStyle style)
    {
        string name = _names.For(result, style, ImageFormat.Png);
        if (!ShouldProcess(name, "Open picture in the default viewer") || Draw(result, style, CamPicture.UsualMaxSize) is not { } picture)
        {
            return;
        }
        try
        {
            _folder ??= Directory.CreateTempSubdirectory("EasyExplain-").FullName;
            string path = System.IO.Path.Combine(_folder, name);
            ImageEncoder.Save(picture, path, ImageFormat.Png);
            PictureViewer.Open(
                path, "The picture shows in the terminal without -Viewer, and Export-CamOverlay writes it to a folder.");
        }
        catch (InvalidOperationException e)
        {
            // The next picture would fare no better.
            ThrowTerminatingError(new ErrorRecord(e, "ViewerMissing", ErrorCategory.NotInstalled, result));
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            WriteError(Errors.Writing(e, System.IO.Path.Combine(_folder ?? System.IO.Path.GetTempPath(), name)));
        }
    }

    /// <summary>Draws a picture; what is wrong with its photo is an error of its own, and the pipeline goes on.</summary>
    private Photo? Draw(ICamResult result, OverlayStyle style, int maxSize)
    {
        try
        {
            return result.Draw(Look(maxSize), style);
        }
        catch (SelectionException e)
        {
            ThrowTerminatingError(Errors.Fatal(e, result)!); // a style that concepts do not have: no other result has it either
            throw; // not reached
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            WriteError(Errors.Reading(e, result.Path ?? (object)result));
            return null;
        }
    }

    private bool UseSixel(TerminalWindow window) => MyInvocation.BoundParameters.ContainsKey(nameof(Sixel)) ? Sixel : window.ShowsSixel;

    /// <summary>A file's name may hold control characters, which a terminal would obey.</summary>
    private static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
}
