using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Completes architectures with Tab.</summary>
public sealed class ArchitectureCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ArchitectureCatalog.Names.Where(name => Completion.Fits(name, wordToComplete)).Select(name => Completion.Of(name, name));
}

/// <summary>Completes names of weights with Tab: those of -Architecture, or torchvision's full names where it is not given.</summary>
public sealed class WeightsCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        IEnumerable<CompletionResult> completions = fakeBoundParameters["Architecture"] is string architecture
            ? NamedWeights.Of(architecture).OrderByDescending(weights => weights.IsDefault)
                .SelectMany(weights => weights.IsDefault ? [Of(NamedWeights.Default, weights), Of(weights.Name, weights)]
                : new[] { Of(weights.Name, weights) })
            : NamedWeights.All.Select(weights => Of(weights.FullName, weights));
        return completions.Where(completion => Completion.Fits(completion.CompletionText, wordToComplete));
    }

    private static CompletionResult Of(string name, NamedWeights weights) => Completion.Of(name, $"{weights}, {weights.FileNames[0]}");
}

/// <summary>Completes methods with Tab, with a line on each.</summary>
public sealed class MethodCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        MethodCatalog.All
            .Where(method => Completion.Fits(method.Name, wordToComplete)
                || Completion.Fits(MethodName.Plain(method.Name), MethodName.Plain(wordToComplete.Trim('\'', '"'))))
            .Select(method => Completion.Of(method.Name, method.Summary));
}

/// <summary>Completes figures with Tab, with their definitions.</summary>
public sealed class MetricCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CamMetric.All.Concat(CamMetric.OfPrecision)
            .Where(metric => Completion.Fits(metric.Name, wordToComplete))
            .Select(metric => Completion.Of(metric.Name, metric.Summary));
}

/// <summary>Completes classes with Tab: Predicted, and the labels of -Model, in the order of its classes.</summary>
public sealed class ClassCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        const string predicted = nameof(ClassChoice.Predicted);
        string[] labels = ModelAtHand.Of(commandAst, fakeBoundParameters)?.Labels ?? [];
        if (!labels.Contains(predicted, StringComparer.OrdinalIgnoreCase) && Completion.Fits(predicted, wordToComplete))
        {
            yield return Completion.Of(predicted, "the most probable class of each picture");
        }
        HashSet<string> shared = [.. labels.GroupBy(label => label).Where(classes => classes.Count() > 1).Select(classes => classes.Key)];
        for (int index = 0; index < labels.Length; index++)
        {
            string label = labels[index];
            if (Completion.Fits(label, wordToComplete))
            {
                // A label of several classes would be asked about: their numbers are what can be used.
                yield return label.Length == 0 || shared.Contains(label)
                    ? new CompletionResult($"{index}", $"{index} ({label})", CompletionResultType.ParameterValue, $"class {index}")
                    : Completion.Of(label, $"class {index}");
            }
        }
    }
}

/// <summary>Completes names of layers with Tab: those of -Model, or of the model that is piped in.</summary>
public sealed class LayerCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        (ModelAtHand.Of(commandAst, fakeBoundParameters)?.Layers ?? [])
            .Where(layer => Completion.Fits(layer.Name, wordToComplete))
            .Select(layer => Completion.Of(layer.Name, $"{layer.Type}, {string.Join('×', layer.OutputShape)}"));
}

/// <summary>Completes types of layers with Tab: those of -Model, or of the model that is piped in.</summary>
public sealed class LayerTypeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        (ModelAtHand.Of(commandAst, fakeBoundParameters)?.Layers ?? [])
            .GroupBy(layer => layer.Type)
            .Where(layers => Completion.Fits(layers.Key, wordToComplete))
            .OrderBy(layers => layers.Key, StringComparer.OrdinalIgnoreCase)
            .Select(layers => Completion.Of(layers.Key, layers.Count() == 1 ? "1 layer" : $"{layers.Count()} layers"));
}

/// <summary>Completes the placeholders of a file name with Tab: after an open brace, and at the end of what was typed.</summary>
public sealed class FileNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        int brace = typed.LastIndexOf('{');
        bool isOpen = brace >= 0 && typed.IndexOf('}', brace) < 0;
        (string before, string begun) = isOpen ? (typed[..brace], typed[(brace + 1)..]) : (typed, "");
        return PictureNames.Placeholders
            .Where(placeholder => placeholder.Name.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .Select(placeholder => Completion.Of($"{before}{{{placeholder.Name}}}", placeholder.Meaning));
    }
}

/// <summary>Completes what was expected with Tab: ParentFolder, and the labels of -Model.</summary>
public sealed class ExpectedLabelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string[] labels = ModelAtHand.Of(commandAst, fakeBoundParameters)?.Labels ?? [];
        return labels.Distinct().Select(label => Completion.Of(label, "every photo should show it"))
            .Prepend(Completion.Of(ExpectedLabel.Sidecar, "what the .cls file beside the photo says"))
            .Prepend(Completion.Of(ExpectedLabel.ParentFolder, "the name of the folder that the photo lies in"))
            .Where(completion => Completion.Fits(completion.ListItemText, wordToComplete));
    }
}

/// <summary>What all completers do.</summary>
internal static class Completion
{
    // What PowerShell reads as this very text without quotes, also in a list: a number loses its leading zeros there.
    private static readonly Regex Plain = new(@"^\p{L}[\p{L}\p{N}._-]*\z", RegexOptions.CultureInvariant);

    /// <summary>Whether a name begins with (or, with wildcards, fits) what was typed so far, quotes aside.</summary>
    public static bool Fits(string name, string typed) =>
        new WildcardPattern(typed.Trim('\'', '"').Replace("''", "'", StringComparison.Ordinal) + "*", WildcardOptions.IgnoreCase)
            .IsMatch(name);

    /// <summary>A completion, in quotes where PowerShell needs them, with its tool tip.</summary>
    public static CompletionResult Of(string name, string tip) =>
        new(Plain.IsMatch(name) ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'", name, CompletionResultType.ParameterValue, tip);
}
