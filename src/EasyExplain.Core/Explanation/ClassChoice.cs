using System.Globalization;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>Which classes of a picture are explained: a named one, or the most probable ones.</summary>
public sealed class ClassChoice
{
    private readonly int? _class;
    private readonly int _top;

    private ClassChoice(int? @class, int top) => (_class, _top) = (@class, top);

    /// <summary>The predicted class.</summary>
    public static ClassChoice Predicted { get; } = new(null, 1);

    /// <summary>The <paramref name="count"/> most probable classes.</summary>
    public static ClassChoice Top(int count) => new(null, count);

    /// <summary>One class, by label (case matters only between labels that differ in nothing else) or by index.</summary>
    /// <exception cref="SelectionException">The model has no such class, and the message names near labels; or it has several.</exception>
    public static ClassChoice Of(CamModel model, string labelOrIndex)
    {
        int[] named = Named(model, labelOrIndex, StringComparison.Ordinal);
        if (named.Length == 0)
        {
            named = Named(model, labelOrIndex, StringComparison.OrdinalIgnoreCase);
        }
        if (named.Length > 1)
        {
            throw new SelectionException($"'{labelOrIndex}' stands for more than one class of {model}: " +
                $"{string.Join(", ", named.Select(@class => $"{@class} ({model.Labels[@class]})"))}. Give the number.");
        }
        if (named.Length == 1)
        {
            return new ClassChoice(named[0], 1);
        }
        if (int.TryParse(labelOrIndex, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
        {
            return index >= 0 && index < model.ClassCount ? new ClassChoice(index, 1) : throw new SelectionException(
                $"{model} has no class {index}: its {model.ClassCount} classes are 0 to {model.ClassCount - 1}.");
        }
        throw new SelectionException(model.Labels.Length == 0
            ? $"{model} has no class '{labelOrIndex}', for it has no labels: give a number from 0 to {model.ClassCount - 1}, or import it with -LabelPath."
            : $"{model} has no class '{labelOrIndex}'. {NearNames.Hint(labelOrIndex, model.Labels)}");
    }

    private static int[] Named(CamModel model, string label, StringComparison comparison) =>
        [.. Enumerable.Range(0, model.Labels.Length).Where(@class => model.Labels[@class].Equals(label, comparison))];

    /// <summary>The indices to explain, given the predictions from the most probable on.</summary>
    internal IReadOnlyList<int> From(IReadOnlyList<Prediction> ranked) => _class is { } named ? [named] : [.. ranked.Take(_top).Select(prediction => prediction.Class)];
}
