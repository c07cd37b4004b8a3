using System.Text;
using EasyExplain.Models;

namespace EasyExplain.Audit.Shards;

/// <summary>
/// A text file of paths: one a line, or with NUL after each, as <c>find -print0</c> writes it. It is read as it is needed.
/// </summary>
internal static class PathList
{
    // Twice what any system takes.
    private const int Longest = 65_536;

    /// <summary>The paths in a list, in its order; empty lines are passed over.</summary>
    /// <param name="list">The list: UTF-8, or what its byte order mark says. A line may end with CR LF.</param>
    /// <exception cref="SelectionException">It is no list of paths: a line is too long for one.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IEnumerable<string> Read(string list)
    {
        using var reader = new StreamReader(list, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var block = new char[Longest];
        int length = reader.ReadBlock(block);
        char end = Array.IndexOf(block, '\0', 0, length) < 0 ? '\n' : '\0'; // no path has NUL in it, and none is so long
        for (int from = 0; length > 0;)
        {
            int at = Array.IndexOf(block, end, from, length - from);
            if (at >= 0)
            {
                if (Path(from, at) is { Length: > 0 } path)
                {
                    yield return path;
                }
                from = at + 1;
                continue;
            }
            if (from == 0 && length == block.Length)
            {
                throw new SelectionException(SelectionFault.PathListInvalid, list,
                    $"'{list}' is no list of paths: a line has more than {Longest} characters. It is a text file with a path on each " +
                    "line, or with NUL after each, as find -print0 writes it.");
            }
            Array.Copy(block, from, block, 0, length -= from);
            from = 0;
            int more = reader.ReadBlock(block, length, block.Length - length);
            if (more == 0)
            {
                if (Path(0, length) is { Length: > 0 } last)
                {
                    yield return last;
                }
                yield break;
            }
            length += more;
        }

        string Path(int first, int after) =>
            new(block, first, (end == '\n' && after > first && block[after - 1] == '\r' ? after - 1 : after) - first);
    }
}
