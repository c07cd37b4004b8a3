using System.Globalization;
using System.IO.Hashing;
using System.Text;
using EasyExplain.Models;

namespace EasyExplain.Audit.Shards;

/// <summary>One of several parts of a set of images, such as the 17th of 128, so that as many machines can share the work.</summary>
/// <remarks>
/// Which shard an image is in depends on its path below the root alone: XXH64 of the path's UTF-8 in normal form C with <c>/</c> between
/// folders, of which the range of 64 bits is cut into equal pieces. So it is in the same shard on every machine, whatever the order, the
/// mount point and the number of images.
/// </remarks>
public sealed record CamShard
{
    // The runtime leaves text as it is where it has no ICU; "é" of two characters tells.
    private static readonly bool Normalises = "e\u0301".Normalize(NormalizationForm.FormC).Length == 1;

    /// <param name="number">Which one, from 1.</param>
    /// <param name="count">Of how many.</param>
    /// <exception cref="SelectionException">There is no such shard.</exception>
    public CamShard(int number, int count)
    {
        if (count < 1 || number < 1 || number > count)
        {
            throw Wrong($"{number}/{count}", count < 1 ? "There is at least one shard" : $"The shards of {count} go from 1 to {count}");
        }
        (Number, Count) = (number, count);
    }

    /// <summary>Which one, from 1.</summary>
    public int Number { get; }

    /// <summary>Of how many.</summary>
    public int Count { get; }

    /// <summary>
    /// Reads <c>17/128</c>; <c>Auto</c>, which takes both numbers from the scheduler; or <c>Auto/128</c>, which takes the first.
    /// </summary>
    /// <param name="text">The text; case does not matter.</param>
    /// <exception cref="SelectionException">It is neither, or the scheduler says too little.</exception>
    public static CamShard Parse(string text) => Parse(text, Environment.GetEnvironmentVariable);

    /// <summary>The same with another environment than this process's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="variable">The value of an environment variable; null or empty where it is not set.</param>
    /// <exception cref="SelectionException">It is neither, or the scheduler says too little.</exception>
    internal static CamShard Parse(string text, Func<string, string?> variable)
    {
        string[] parts = [.. text.Split('/').Select(part => part.Trim())];
        int? count = parts.Length == 2 ? Number32(parts[1]) : null;
        if (parts.Length > 2 || parts.Length == 2 && count is null)
        {
            throw Wrong(text);
        }
        if (parts[0].Equals("Auto", StringComparison.OrdinalIgnoreCase))
        {
            return SchedulerTask.Shard(text, count, variable);
        }
        return Number32(parts[0]) is { } number && count is { } of ? new CamShard(number, of) : throw Wrong(text);
    }

    /// <summary>Which of several shards an image is in.</summary>
    /// <param name="file">Its path below the root, as an audit writes it down.</param>
    /// <param name="count">How many shards there are.</param>
    /// <returns>1 to <paramref name="count"/>.</returns>
    /// <exception cref="SelectionException">Its name cannot be brought into normal form C on this machine.</exception>
    public static int NumberOf(string file, int count)
    {
        ulong hash = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(Composed(file)));
        return (int)Math.BigMul(hash, (ulong)count, out _) + 1;
    }

    /// <summary>Whether an image is in this shard.</summary>
    /// <param name="file">Its path below the root, as an audit writes it down.</param>
    /// <exception cref="SelectionException">Its name cannot be brought into normal form C on this machine.</exception>
    public bool Has(string file) => NumberOf(file, Count) == Number;

    /// <summary>The name of this shard's own file: <c>audit-017-of-128.db</c> for <c>audit.db</c>.</summary>
    /// <param name="file">The file's name, or its path.</param>
    public string FileName(string file)
    {
        int digits = Math.Max(3, Count.ToString(CultureInfo.InvariantCulture).Length);
        string Padded(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        string name = $"{Path.GetFileNameWithoutExtension(file)}-{Padded(Number)}-of-{Padded(Count)}{Path.GetExtension(file)}";
        return Path.Combine(Path.GetDirectoryName(file) ?? "", name);
    }

    /// <summary>As <see cref="Parse(string)"/> reads it: <c>17/128</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>An error about a shard that was asked for.</summary>
    internal static SelectionException Wrong(string text, string? why = null) => new(SelectionFault.ShardInvalid, text,
        $"'{text}' is no shard. {(why is null ? "" : why + ". ")}A shard is a number from 1 and how many there are, such as 17/128; " +
        "Auto, which takes both from Slurm's array or Kubernetes' Indexed Job; or Auto/128, which takes the number from there.");

    private static int? Number32(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The path in normal form C: macOS writes é in two characters, other systems mostly in one.</summary>
    private static string Composed(string file)
    {
        if (!file.Any(letter => letter >= '\u0300')) // from there on, characters may combine
        {
            return file;
        }
        if (!Normalises && file.Any(Combines))
        {
            throw new SelectionException(SelectionFault.ShardInvalid, file,
                $"'{file}' has a letter of several characters, of which this machine cannot make one, so that another one might find it " +
                "in another shard. Install ICU (libicu), and leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset.");
        }
        try
        {
            return file.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return file; // half of a character: the same everywhere as it is
        }
    }

    private static bool Combines(char letter) => letter is >= '\u1100' and <= '\u11ff' || CharUnicodeInfo.GetUnicodeCategory(letter)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
