using System.IO.Hashing;
using EasyExplain.Imaging;

namespace EasyExplain.Audit.Store;

/// <summary>XxHash128 of a file, which tells files apart; it is no proof against somebody who wants two to look alike.</summary>
internal static class FileHash
{
    /// <summary>32 hexadecimal digits, as xxhsum -H2 prints them; null where the file cannot be read.</summary>
    public static string? Of(string path)
    {
        try
        {
            using Stream file = PhotoFile.Open(path, whileWritten: true);
            var hash = new XxHash128();
            hash.Append(file);
            return Digits(hash.GetCurrentHash());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ImageFileException)
        {
            return null;
        }
    }

    /// <summary>The same of a text.</summary>
    public static string OfText(string text) => Digits(XxHash128.Hash(System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan())));

    private static string Digits(byte[] hash) => Convert.ToHexString(hash).ToLowerInvariant();
}
