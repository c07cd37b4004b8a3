namespace EasyExplain.Benchmarks;

/// <summary>A part of a page that a measurement writes; the other words stay.</summary>
internal static class MeasuredBlock
{
    private const string End = "<!-- end -->";

    /// <summary>Replaces what stands between the option's mark and the end after it.</summary>
    /// <param name="page">The page's file.</param>
    /// <param name="option">The option that measures it, such as <c>--scaling</c>.</param>
    /// <param name="text">What is to stand there, to the end of a line.</param>
    public static void WriteInto(string page, string option, string text)
    {
        string whole = File.ReadAllText(page), mark = $"<!-- measured: written by {option} -->";
        int start = whole.IndexOf(mark, StringComparison.Ordinal);
        int end = start < 0 ? -1 : whole.IndexOf(End, start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new InvalidDataException($"'{page}' has no '{mark}' followed by '{End}'.");
        }
        File.WriteAllText(page, $"{whole[..start]}{mark}\n{text}{whole[end..]}");
    }
}
