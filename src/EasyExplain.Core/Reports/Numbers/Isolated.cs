namespace EasyExplain.Reports.Numbers;

/// <summary>
/// Names in sentences, between Unicode's marks for text that has a direction of its own. A page makes elements of them, so that a name
/// cannot turn what stands after it around.
/// </summary>
internal static class Isolated
{
    /// <summary>Stands before a name.</summary>
    public const char First = '\u2068';

    /// <summary>Stands after a name.</summary>
    public const char Last = '\u2069';

    /// <summary>A name for a sentence. Such marks in it are left out: they would end it early.</summary>
    public static string Of(string name) => First + string.Concat(name.Where(letter => letter is < '\u2066' or > Last)) + Last;
}
