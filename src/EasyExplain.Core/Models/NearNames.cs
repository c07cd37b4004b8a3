namespace EasyExplain.Models;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearNames
{
    /// <summary>A sentence that names the nearest known names, or all of them when there are few or none is near.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        string[] all = [.. known];
        string[] near = [.. Of(name, all)];
        return near.Length > 0 ? $"Near: {string.Join(", ", near)}."
            : all.Length <= 30 ? $"Known: {string.Join(", ", all)}."
            : $"There are {all.Length}, such as {string.Join(", ", all.Take(5))}.";
    }

    /// <summary>Up to five known names within a third of the name's length in edits, or that contain it, nearest first.</summary>
    public static IEnumerable<string> Of(string name, IEnumerable<string> known) =>
        known.Select(candidate => (candidate, distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Max(1, name.Length / 3)
                || (name.Length > 2 && pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(pair => pair.distance).Take(5).Select(pair => pair.candidate);

    /// <summary>The number of letters to insert, delete or replace (Levenshtein's distance).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
