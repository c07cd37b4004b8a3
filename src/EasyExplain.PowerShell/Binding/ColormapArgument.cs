using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A colour map as a user writes it.</summary>
/// <remarks>Not the enumeration itself: of that, PowerShell completes the bare names.</remarks>
public sealed class ColormapArgument
{
    private static readonly (Colormap Value, string Meaning)[] Known =
    [
        (Colormap.Jet, "blue, cyan, yellow, red: the custom of class activation maps"),
        (Colormap.Turbo, "a rainbow like jet, without its false edges"),
        (Colormap.Viridis, "dark violet to yellow, in even steps for the eye"),
        (Colormap.Inferno, "black, violet, orange, pale yellow"),
        (Colormap.Magma, "black, violet, pink, pale yellow"),
        (Colormap.Plasma, "blue, pink, yellow"),
        (Colormap.Cividis, "blue to yellow, the same to colour-blind eyes"),
        (Colormap.Gray, "black to white"),
    ];

    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public ColormapArgument(string name) => Value = Completion.ValueOf<Colormap>(name, "colour map");

    /// <summary>By its value.</summary>
    public ColormapArgument(Colormap value) => Value = value;

    /// <summary>What it stands for.</summary>
    public Colormap Value { get; }

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
