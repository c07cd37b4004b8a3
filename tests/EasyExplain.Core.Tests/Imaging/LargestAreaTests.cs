using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public class LargestAreaTests
{
    [Theory]
    [InlineData("...|...", "")]
    [InlineData("#..|...", "1: 0,0 to 0,0")]
    [InlineData("###|###", "6: 0,0 to 2,1")]
    [InlineData("##.#|##.#|...#", "4: 0,0 to 1,1")]
    [InlineData("#..|.#.|..#", "3: 0,0 to 2,2")] // corners touch
    [InlineData("..#|.#.|#..", "3: 0,0 to 2,2")]
    [InlineData("#.#.|#.#.|###.|...#", "8: 0,0 to 3,3")] // two that turn out to be one
    [InlineData("#.#.#|.....|.###.", "3: 1,2 to 3,2")]
    [InlineData("##..|..##", "4: 0,0 to 3,1")]
    [InlineData("#...|..##", "2: 2,1 to 3,1")]
    [InlineData("#.|..|#.", "1: 0,0 to 0,0")] // of two of a size the upper one
    public void TheArea_AndItsRectangle_AreFound(string picture, string expected)
    {
        string[] rows = picture.Split('|');
        bool[] isSet = [.. string.Concat(rows).Select(letter => letter == '#')];
        Assert.Equal(expected, LargestArea.Of(isSet, rows[0].Length) is { } area
            ? $"{area.Pixels}: {area.Left},{area.Top} to {area.Right},{area.Bottom}" : "");
    }

    /// <summary>The same as a fill that goes from pixel to pixel.</summary>
    [Theory]
    [InlineData(17, 23, 0.3)]
    [InlineData(40, 31, 0.45)]
    [InlineData(64, 5, 0.6)]
    public void OfNoise_ItIsWhatAFillFinds(int width, int height, double density)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            bool[] isSet = [.. Enumerable.Range(0, width * height).Select(_ => random.NextDouble() < density)];
            Assert.Equal(Fill(isSet, width).Max(), LargestArea.Of(isSet, width)!.Value.Pixels);
        }
    }

    private static IEnumerable<long> Fill(bool[] isSet, int width)
    {
        bool[] left = [.. isSet];
        for (int start = 0; start < left.Length; start++)
        {
            long count = 0;
            var queue = new Queue<int>([start]);
            while (queue.TryDequeue(out int at))
            {
                if (!left[at])
                {
                    continue;
                }
                left[at] = false;
                count++;
                int x = at % width, y = at / width;
                for (int j = Math.Max(0, y - 1); j <= Math.Min(left.Length / width - 1, y + 1); j++)
                {
                    for (int i = Math.Max(0, x - 1); i <= Math.Min(width - 1, x + 1); i++)
                    {
                        queue.Enqueue(j * width + i);
                    }
                }
            }
            yield return count;
        }
    }
}
