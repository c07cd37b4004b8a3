using System.Globalization;
using System.Text.RegularExpressions;

namespace EasyExplain.Audit.Merging;

/// <summary>What an audit file's name says of a shard: <c>audit-017-of-128.db</c>.</summary>
/// <param name="Whole">What the whole would be called: <c>audit.db</c>.</param>
/// <param name="Number">Which shard it is, from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Digits">How many digits the numbers have at least.</param>
internal sealed partial record ShardName(string Whole, int Number, int Count, int Digits)
{
    /// <summary>Reads a file's name; null where it says nothing of a shard.</summary>
    public static ShardName? Of(string path)
    {
        Match found = Pattern().Match(Path.GetFileName(path));
        return found.Success && Value(found, 2) is var number && Value(found, 3) is var count && number >= 1 && number <= count
            ? new ShardName(found.Groups[1].Value + found.Groups[4].Value, number, count, found.Groups[2].Length) : null;
    }

    /// <summary>The name of another shard of the same whole.</summary>
    public string Other(int number) => string.Create(CultureInfo.InvariantCulture,
        $"{Path.GetFileNameWithoutExtension(Whole)}-{Padded(number)}-of-{Padded(Count)}{Path.GetExtension(Whole)}");

    /// <inheritdoc/>
    public override string ToString() => Other(Number);

    private string Padded(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');

    private static int Value(Match found, int group) => int.Parse(found.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(.+)-([0-9]{1,7})-of-([0-9]{1,7})(\.[^.]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
