using System.Text.RegularExpressions;

namespace EasyExplain.Tests;

/// <summary>What a terminal would show: reads escape sequences back into pixels, knowing nothing of how they were made.</summary>
internal static class TerminalDecoder
{
    private static readonly int[] CubeLevels = [0, 95, 135, 175, 215, 255];

    /// <summary>Pixels of lines of half-blocks; -1 where a half shows the terminal's own background.</summary>
    internal static int[,] HalfBlocks(IReadOnlyList<string> lines)
    {
        int[][] rows = [.. lines.SelectMany(Rows)];
        int[,] pixels = new int[rows.Length, rows[0].Length];
        for (int y = 0; y < rows.Length; y++)
        {
            Assert.Equal(rows[0].Length, rows[y].Length);
            for (int x = 0; x < rows[y].Length; x++)
            {
                pixels[y, x] = rows[y][x];
            }
        }
        return pixels;
    }

    /// <summary>Pixels of a Sixel picture; -1 where none was drawn.</summary>
    internal static int[,] Sixel(string text)
    {
        Match all = Regex.Match(text, @"^\x1bP[\d;]*q(.*)\x1b\\$", RegexOptions.Singleline);
        Assert.True(all.Success, "no Sixel sequence");
        var colors = new Dictionary<int, int>();
        int[,] pixels = new int[0, 0];
        int x = 0, y = 0, color = 0;
        foreach (Match part in Regex.Matches(all.Groups[1].Value, @"""1;1;(?<w>\d+);(?<h>\d+)|#(?<n>\d+);2;(?<r>\d+);(?<g>\d+);(?<b>\d+)|#(?<use>\d+)|!(?<run>\d+)(?<s>[?-~])|(?<s>[?-~])|(?<back>\$)|(?<next>-)|(?<bad>.)", RegexOptions.Singleline))
        {
            int Number(string group) => int.Parse(part.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.False(part.Groups["bad"].Success, $"'{part.Value}' does not belong into a Sixel picture");
            if (part.Groups["w"].Success)
            {
                pixels = new int[Number("h"), Number("w")];
                for (int i = 0; i < pixels.Length; i++)
                {
                    pixels[i / pixels.GetLength(1), i % pixels.GetLength(1)] = -1;
                }
            }
            else if (part.Groups["n"].Success)
            {
                colors[Number("n")] = Level("r") << 16 | Level("g") << 8 | Level("b");
                int Level(string group) => (int)Math.Round(Number(group) * 2.55);
            }
            else if (part.Groups["use"].Success)
            {
                color = colors[Number("use")];
            }
            else if (part.Groups["back"].Success)
            {
                x = 0;
            }
            else if (part.Groups["next"].Success)
            {
                (x, y) = (0, y + 6);
            }
            else
            {
                int bits = part.Groups["s"].Value[0] - '?';
                for (int run = part.Groups["run"].Success ? Number("run") : 1; run > 0; run--, x++)
                {
                    for (int row = 0; row < 6; row++)
                    {
                        if ((bits >> row & 1) == 1)
                        {
                            pixels[y + row, x] = color;
                        }
                    }
                }
            }
        }
        return pixels;
    }

    /// <summary>The bytes of such pixels, red, green and blue, black where nothing was drawn.</summary>
    internal static byte[] Rgb(int[,] pixels) =>
        [.. pixels.Cast<int>().SelectMany(pixel => pixel < 0 ? new byte[3] : [(byte)(pixel >> 16), (byte)(pixel >> 8), (byte)pixel])];

    private static IEnumerable<int[]> Rows(string line)
    {
        List<int> upper = [], lower = [];
        int foreground = -1, background = -1;
        foreach (Match part in Regex.Matches(line, @"\x1b\[(?<codes>[\d;]*)m|(?<block>▀)|(?<bad>[\s\S])"))
        {
            Assert.False(part.Groups["bad"].Success, $"'{part.Value}' does not belong into a picture");
            if (part.Groups["block"].Success)
            {
                upper.Add(foreground);
                lower.Add(background);
                continue;
            }
            int[] codes = [.. part.Groups["codes"].Value.Split(';').Select(int.Parse)];
            switch (codes)
            {
                case [0]: (foreground, background) = (-1, -1); break;
                case [38, .. var color]: foreground = Color(color); break;
                case [48, .. var color]: background = Color(color); break;
                default: Assert.Fail($"unknown code {part.Value[1..]}"); break;
            }
        }
        Assert.Equal((-1, -1), (foreground, background)); // colours must not run on into the prompt
        yield return [.. upper];
        if (lower.Exists(pixel => pixel >= 0))
        {
            yield return [.. lower];
        }
    }

    private static int Color(int[] codes) => codes switch
    {
        [2, var red, var green, var blue] => red << 16 | green << 8 | blue,
        [5, >= 232 and var grey] => (8 + 10 * (grey - 232)) * 0x010101,
        [5, >= 16 and var cube] => CubeLevels[(cube - 16) / 36] << 16 | CubeLevels[(cube - 16) / 6 % 6] << 8 | CubeLevels[(cube - 16) % 6],
        _ => throw new ArgumentException($"unknown colour {string.Join(';', codes)}"),
    };
}
