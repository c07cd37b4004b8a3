using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Options that were given and change nothing, since none of what was chosen heeds them.</summary>
internal static class IgnoredOptions
{
    private const int MostNamed = 6;

    private static readonly (string Option, Func<CamMethod, bool> Heeds)[] OfMethods =
    [
        ("Layer", method => !method.AtInput || method.AtLayers is not null),
        ("SampleCount", method => method.TakesSamples),
        ("NoiseStd", method => method.AddsNoiseToInput),
        ("Seed", method => method.DrawsNoise),
        ("Window", method => method.SlidesWindow),
        ("Stride", method => method.SlidesWindow),
        ("Baseline", method => method.SlidesWindow),
        ("BatchSize", method => method.RunsAgain),
        ("Composite", method => method.UsesRelevance),
        ("Epsilon", method => method.UsesRelevance),
        ("Gamma", method => method.UsesRelevance),
        ("EigenSmooth", method => method.MergesChannels),
    ];

    private static readonly (string Option, Func<OverlayStyle, bool> Heeds)[] OfStyles =
    [
        ("Alpha", style => style is OverlayStyle.Overlay or OverlayStyle.Panel),
        ("Colormap", style => style is not (OverlayStyle.Mask or OverlayStyle.Boxes)),
        ("Threshold", style => style is OverlayStyle.Mask or OverlayStyle.Panel),
        ("MaxSize", style => style is not OverlayStyle.Panel),
    ];

    /// <summary>Warns of the options of a command that its methods do not heed.</summary>
    /// <param name="cmdlet">The command.</param>
    /// <param name="methods">Its methods.</param>
    /// <param name="layers">Whether layers were named or piped in.</param>
    public static void Warn(PSCmdlet cmdlet, IReadOnlyList<CamMethod> methods, bool layers)
    {
        Warn(cmdlet, OfMethods.Where(one => one.Option != "Layer" || layers), methods, MethodCatalog.All, method => method.Name);
        if (layers && methods.All(method => method.AtInput) && !IsGiven(cmdlet, "Layer"))
        {
            cmdlet.WriteWarning($"Layers from the pipeline have no effect on {string.Join(", ", methods.Select(method => method.Name))}.");
        }
    }

    /// <summary>Warns of the options of a command that its styles do not heed.</summary>
    public static void Warn(PSCmdlet cmdlet, IReadOnlyList<OverlayStyle> styles) =>
        Warn(cmdlet, OfStyles, styles, Enum.GetValues<OverlayStyle>(), style => style.ToString());

    private static void Warn<T>(
        PSCmdlet cmdlet, IEnumerable<(string Option, Func<T, bool> Heeds)> options, IReadOnlyList<T> chosen, IReadOnlyList<T> all, Func<T,
        string> name)
    {
        foreach ((string option, Func<T, bool> heeds) in options)
        {
            if (IsGiven(cmdlet, option) && !chosen.Any(heeds))
            {
                string[] others = [.. all.Where(heeds).Select(name)];
                cmdlet.WriteWarning($"-{option} has no effect on {string.Join(", ", chosen.Select(name))}. " +
                    $"It is for {(others.Length > MostNamed ? "most others" : string.Join(", ", others))}.");
            }
        }
    }

    private static bool IsGiven(PSCmdlet cmdlet, string option) => cmdlet.MyInvocation.BoundParameters.ContainsKey(option);
}
