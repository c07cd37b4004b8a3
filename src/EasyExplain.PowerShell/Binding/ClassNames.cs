using System.Globalization;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Classes as a user writes them: labels, numbers and wildcards.</summary>
internal static class ClassNames
{
    /// <summary>
    /// The same without wildcards: in place of each stand the classes whose labels fit it. A label that looks like a wildcard is itself.
    /// </summary>
    /// <exception cref="SelectionException">A wildcard fits no label; the message names near ones.</exception>
    public static IReadOnlyList<string> Expand(CamModel model, IEnumerable<string> given) => [.. given.SelectMany(one =>
        Wildcards.Wildcard(one) is { } fits && model.ClassesOf(one).Length == 0 ? Matching(model, one, fits) : [one])];

    private static string[] Matching(CamModel model, string wildcard, Func<string, bool> fits)
    {
        int[] classes = [.. Enumerable.Range(0, model.ClassCount)];
        string[] matching = [.. classes.Where(@class => fits(model.LabelOf(@class))).Select(@class => NameOf(model, @class))];
        return matching.Length > 0 ? matching : throw new SelectionException(SelectionFault.ClassNotFound, wildcard,
            $"No class of {model} fits '{wildcard}'. " +
            $"{NearNames.Hint(wildcard.Replace("*", "", StringComparison.Ordinal), classes.Select(model.LabelOf))}");
    }

    /// <summary>What stands for this class alone: its label, or its number where others have that label too.</summary>
    private static string NameOf(CamModel model, int @class) =>
        model.ClassesOf(model.LabelOf(@class)).Length == 1 ? model.LabelOf(@class) : @class.ToString(CultureInfo.InvariantCulture);
}
