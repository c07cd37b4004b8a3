using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EasyExplain.Explanation;

/// <summary>What an explanation answers: which photo was to be explained, and how.</summary>
/// <param name="Id">The same for the same photo file and the same choices, see <see cref="IdOf"/>.</param>
/// <param name="Index">Which of the photo's explanations this is, from 0.</param>
/// <param name="Count">How many it has: one for each class and method.</param>
internal sealed record Request(string Id, int Index, int Count)
{
    /// <summary>Sixteen digits that stand for a photo as it is on the disk now, and for the choices; folders' names cannot be read out of them.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string IdOf(string photo, string choices)
    {
        var file = new FileInfo(photo);
        byte[] text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{choices}"));
        return Convert.ToHexString(SHA256.HashData(text).AsSpan(0, 8));
    }
}
