using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Explanation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A style of picture as a user writes it.</summary>
/// <remarks>Not the enumeration itself: of that, PowerShell completes the bare names.</remarks>
public sealed class StyleArgument
{
    private static readonly (OverlayStyle Value, string Meaning)[] Known =
    [
        (OverlayStyle.Overlay, "the photo with the heat over it"),
        (OverlayStyle.Heatmap, "the heat alone"),
        (OverlayStyle.Mask, "white where the map reaches -Threshold, else black"),
        (OverlayStyle.Panel, "photo, heat maps, overlays and mask side by side, with titles"),
    ];

    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public StyleArgument(string name) => Value = Completion.ValueOf<OverlayStyle>(name, "style");

    /// <summary>By its value.</summary>
    public StyleArgument(OverlayStyle value) => Value = value;

    /// <summary>What it stands for.</summary>
    public OverlayStyle Value { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";

    /// <summary>Completes the names with Tab, with a line on each.</summary>
    public sealed class Completer : IArgumentCompleter
    {
        /// <inheritdoc/>
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) => Known
            .Where(known => Completion.Fits($"{known.Value}", wordToComplete))
            .Select(known => Completion.Of($"{known.Value}", known.Meaning));
    }
}
