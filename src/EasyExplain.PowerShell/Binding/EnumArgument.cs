using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A value of an enumeration as a user writes it, completed with a line on each.</summary>
/// <remarks>
/// Not the enumeration itself: of that, PowerShell completes the bare names. What derives from it has a constructor for a name, by which
/// PowerShell converts, and lends its own name to the syntax and to the engine's errors.
/// </remarks>
public abstract class EnumArgument<T>
    where T : struct, Enum
{
    private protected EnumArgument(T value) => Value = value;

    /// <summary>What it stands for.</summary>
    public T Value { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";

    /// <summary>The value of this name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    private protected static T ValueOf(string name, string noun) => Enum.GetNames<T>().Contains(name, StringComparer.OrdinalIgnoreCase)
        ? Enum.Parse<T>(name, ignoreCase: true)
        : throw new ArgumentException($"There is no {noun} '{name}'. {NearNames.Hint(name, Enum.GetNames<T>())}");
}

/// <summary>Completes the names of an enumeration with Tab, with a line on each.</summary>
public abstract class EnumCompleter<T> : IArgumentCompleter
    where T : struct, Enum
{
    private readonly (T Value, string Meaning)[] _known;

    private protected EnumCompleter(params (T Value, string Meaning)[] known) => _known = known;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) => _known
        .Where(known => Completion.Fits($"{known.Value}", wordToComplete))
        .Select(known => Completion.Of($"{known.Value}", known.Meaning));
}
