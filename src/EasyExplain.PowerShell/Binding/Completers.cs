using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Completes architectures with Tab.</summary>
public sealed class ArchitectureCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Models.Architectures.Catalog.All
            .Where(architecture => Completion.Fits(architecture.Name, wordToComplete))
            .Select(architecture => Completion.Of(architecture.Name, architecture.Name));
}

/// <summary>Completes methods with Tab, with a line on each.</summary>
public sealed class MethodCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Explanation.Methods.Catalog.All
            .Where(method => Completion.Fits(method.Name, wordToComplete))
            .Select(method => Completion.Of(method.Name, method.Summary));
}

/// <summary>What all completers do.</summary>
internal static class Completion
{
    /// <summary>Whether a name begins with (or, with wildcards, fits) what was typed so far.</summary>
    public static bool Fits(string name, string typed) => new WildcardPattern(typed.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase).IsMatch(name);

    /// <summary>A completion with its tool tip.</summary>
    public static CompletionResult Of(string name, string tip) => new(name, name, CompletionResultType.ParameterValue, tip);
}
