using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Models;

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

/// <summary>Completes names of weights with Tab: those of -Architecture, or torchvision's full names where it is not given.</summary>
public sealed class WeightsCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        IEnumerable<CompletionResult> completions = fakeBoundParameters["Architecture"] is string architecture
            ? NamedWeights.Of(architecture).OrderByDescending(weights => weights.IsDefault)
                .SelectMany(weights => weights.IsDefault ? [Of(NamedWeights.Default, weights), Of(weights.Name, weights)] : new[] { Of(weights.Name, weights) })
            : NamedWeights.All.Select(weights => Of(weights.FullName, weights));
        return completions.Where(completion => Completion.Fits(completion.CompletionText, wordToComplete));
    }

    private static CompletionResult Of(string name, NamedWeights weights) => Completion.Of(name, $"{weights}, {weights.FileNames[0]}");
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
