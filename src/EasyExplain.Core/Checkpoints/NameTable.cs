using System.Text.RegularExpressions;

namespace EasyExplain.Checkpoints;

/// <summary>
/// From the names that another library gives a network's tensors to those it has here: rows of a pattern and what it becomes, of which the
/// first that fits a whole name counts; names that none fits stay. A family of architectures has one table a library.
/// </summary>
/// <remarks>
/// A pattern is a name in which <c>#</c> stands for a number and <c>*</c> for the rest, and what it becomes takes them over in their order.
/// </remarks>
internal sealed class NameTable
{
    private readonly (Regex Pattern, string Name)[] _rows;

    /// <summary>The table with these rows.</summary>
    public NameTable(params (string Pattern, string Name)[] rows) =>
        _rows = [.. rows.Select(row => (new Regex("^" + Regex.Escape(row.Pattern).Replace(@"\#", @"(\d+)").Replace(@"\*", "(.*)") + "$",
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), Taking(row.Name)))];

    /// <summary>A tensor's name here.</summary>
    public string this[string name]
    {
        get
        {
            foreach ((Regex pattern, string own) in _rows)
            {
                if (pattern.Match(name) is { Success: true } match)
                {
                    return match.Result(own);
                }
            }
            return name;
        }
    }

    private static string Taking(string name)
    {
        int count = 0;
        return Regex.Replace(name, "[#*]", _ => $"${{{++count}}}");
    }
}
