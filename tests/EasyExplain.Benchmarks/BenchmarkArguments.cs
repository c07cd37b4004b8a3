using System.Globalization;

namespace EasyExplain.Benchmarks;

/// <summary>What to measure.</summary>
/// <param name="Soak">How many images to run through; null for the usual rows.</param>
/// <param name="Only">The rows that have the text in their name; empty for all.</param>
/// <param name="Json">A file to write the rows to; null for none.</param>
internal sealed record BenchmarkArguments(int? Soak, string Only, string? Json)
{
    public const string Usage = """
        usage: EasyExplain.Benchmarks [--only TEXT] [--json FILE]
               EasyExplain.Benchmarks --soak [IMAGES] [--json FILE]
          (nothing)         time and memory, as ratios
          --only TEXT       the rows that have the text in their name
          --soak [IMAGES]   whether memory stays flat over many images (2000; at least 500), and its peaks
          --json FILE       the rows as JSON, too
        """;

    private const int SoakImages = 2000;
    private const int FewestSoakImages = 500; // a tenth of them has met every file, and each network several times

    /// <summary>Reads the command line; null where it is none.</summary>
    public static BenchmarkArguments? Parse(string[] args)
    {
        int? soak = null;
        string? only = null, json = null;
        while (args.Length > 0)
        {
            switch (args)
            {
                case ["--soak", string number, ..] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int images):
                    if (images < FewestSoakImages)
                    {
                        return null;
                    }
                    (soak, args) = (images, args[2..]);
                    break;
                case ["--soak", ..]:
                    (soak, args) = (SoakImages, args[1..]);
                    break;
                case ["--only", string text, ..]:
                    (only, args) = (text, args[2..]);
                    break;
                case ["--json", string file, ..]:
                    (json, args) = (file, args[2..]);
                    break;
                default:
                    return null;
            }
        }
        return soak is null || only is null ? new BenchmarkArguments(soak, only ?? "", json) : null;
    }
}
