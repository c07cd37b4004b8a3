using System.Globalization;
using System.Text;

namespace EasyExplain.Checkpoints;

/// <summary>
/// From the names that another library gives a network's tensors to those it has here: rows of a pattern and what it becomes, of which the
/// first that fits a whole name counts; names that none fits stay. A family of architectures has one table a library.
/// </summary>
/// <remarks>
/// A pattern is a name in which <c>#</c> stands for a number and <c>*</c> for the rest, and what it becomes takes them over in their order;
/// <c>#+1</c> and <c>#-1</c> there are the number after and before.
/// </remarks>
internal sealed class NameTable(params IEnumerable<(string Pattern, string Name)> rows)
{
    private const int LongestNumber = 9;

    private readonly (string Pattern, string Name)[] _rows = [.. rows];

    /// <summary>A tensor's name here.</summary>
    public string this[string name]
    {
        get
        {
            var taken = new List<string>();
            foreach ((string pattern, string own) in _rows)
            {
                if (Fits(pattern, name, taken))
                {
                    return Made(own, taken);
                }
            }
            return name;
        }
    }

    private static bool Fits(string pattern, string name, List<string> taken)
    {
        taken.Clear();
        int at = 0;
        foreach (char letter in pattern)
        {
            int end = letter switch
            {
                '*' => name.Length,
                '#' => EndOfNumber(name, at),
                _ => at < name.Length && name[at] == letter ? at + 1 : -1,
            };
            if (end < 0)
            {
                return false;
            }
            if (letter is '*' or '#')
            {
                taken.Add(name[at..end]);
            }
            at = end;
        }
        return at == name.Length;
    }

    private static int EndOfNumber(string name, int start)
    {
        int end = start;
        while (end < name.Length && char.IsAsciiDigit(name[end]))
        {
            end++;
        }
        return end > start && end - start <= LongestNumber ? end : -1;
    }

    private static string Made(string own, List<string> taken)
    {
        var made = new StringBuilder();
        int next = 0;
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] is not ('#' or '*'))
            {
                made.Append(own[i]);
                continue;
            }
            string text = taken[next++];
            if (own[i] == '#' && own.AsSpan(i + 1) is ['+' or '-', '1', ..])
            {
                int number = int.Parse(text, CultureInfo.InvariantCulture) + (own[i + 1] == '+' ? 1 : -1);
                made.Append(CultureInfo.InvariantCulture, $"{number}");
                i += 2;
            }
            else
            {
                made.Append(text);
            }
        }
        return made.ToString();
    }
}
