namespace EasyExplain.Audit.Store;

/// <summary>
/// Texts as an audit file has them: as SQLite's text, or where that cannot hold them (a NUL, half a surrogate pair) as a blob of UTF-16.
/// </summary>
internal static class StoredText
{
    /// <summary>What is stored of a text.</summary>
    public static object Of(string text) => IsPlain(text) ? text : RawBytes(text);

    /// <summary>A text that was stored.</summary>
    /// <exception cref="InvalidCastException">It is a number.</exception>
    public static string? From(object? stored) => stored switch
    {
        null or DBNull => null,
        string text => text,
        byte[] bytes => RawText(bytes),
        _ => throw new InvalidCastException($"{stored} is no text."),
    };

    private static bool IsPlain(string text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            if (text[index] == 0 || char.IsLowSurrogate(text[index]))
            {
                return false;
            }
            if (char.IsHighSurrogate(text[index]))
            {
                if (++index == text.Length || !char.IsLowSurrogate(text[index]))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static byte[] RawBytes(string text)
    {
        byte[] bytes = new byte[2 * text.Length];
        for (int index = 0; index < text.Length; index++)
        {
            (bytes[2 * index], bytes[2 * index + 1]) = ((byte)text[index], (byte)(text[index] >> 8));
        }
        return bytes;
    }

    private static string RawText(byte[] bytes) =>
        string.Create(bytes.Length / 2, bytes, (text, from) =>
        {
            for (int index = 0; index < text.Length; index++)
            {
                text[index] = (char)(from[2 * index] | from[2 * index + 1] << 8);
            }
        });
}
