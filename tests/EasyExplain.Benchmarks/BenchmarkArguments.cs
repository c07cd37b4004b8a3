using System.Globalization;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>What to measure.</summary>
/// <param name="Soak">How many images to run through; null for the usual rows.</param>
/// <param name="Scaling">How often to time each value of each quantity that grows; null for the usual rows.</param>
/// <param name="Shards">Whether to measure what a million images cost; false for the usual rows.</param>
/// <param name="Faithfulness">Images to measure methods with, a folder or an archive; null for the usual rows.</param>
/// <param name="Only">The rows that have the text in their name; empty for all.</param>
/// <param name="Json">A file to write the rows to; null for none.</param>
internal sealed record BenchmarkArguments(int? Soak, int? Scaling, bool Shards, string? Faithfulness, string Only, string? Json)
{
    public const string Usage = """
        usage: EasyExplain.Benchmarks [--only TEXT] [--json FILE]
               EasyExplain.Benchmarks --soak [IMAGES] [--only TEXT] [--json FILE]
               EasyExplain.Benchmarks --scaling [ROUNDS]
               EasyExplain.Benchmarks --shards
               EasyExplain.Benchmarks --faithfulness [PHOTOS]
          (nothing)         time and memory, as ratios
          --only TEXT       the rows that have the text in their name
          --soak [IMAGES]   whether memory stays flat over many images (2000; at least 500), and its peaks
          --scaling [ROUNDS]  how time grows with batch size, layers, images, megapixels and threads, timed so often (5):
                            writes docs/scaling.png and the table in docs/scaling.md
          --shards          what an image costs, and from that what a million cost on a cluster, and how many shards are best: writes
                            the tables in docs/scaling.md; with OMP_NUM_THREADS=1 only
          --faithfulness [PHOTOS]  what each method costs and how faithful it is, with the bundled model and the images of a folder or
                            archive (those of the examples): writes docs/faithfulness.png and the table in docs/performance.md
          --json FILE       the rows as JSON, too
        """;

    private const int SoakImages = 2000;
    private const int ScalingRounds = 5;
    private const int FewestSoakImages = 500; // a tenth of them has met every file, and each network several times

    /// <summary>Reads the command line; null where it is none.</summary>
    public static BenchmarkArguments? Parse(string[] args)
    {
        int? soak = null, scaling = null;
        bool shards = false;
        string? faithfulness = null, only = null, json = null;
        while (args.Length > 0)
        {
            switch (args)
            {
                case ["--soak", string number, ..]
                    when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int images):
                    if (images < FewestSoakImages)
                    {
                        return null;
                    }
                    (soak, args) = (images, args[2..]);
                    break;
                case ["--soak", ..]:
                    (soak, args) = (SoakImages, args[1..]);
                    break;
                case ["--scaling", string number, ..]
                    when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) && rounds > 0:
                    (scaling, args) = (rounds, args[2..]);
                    break;
                case ["--scaling", ..]:
                    (scaling, args) = (ScalingRounds, args[1..]);
                    break;
                case ["--shards", ..]:
                    (shards, args) = (true, args[1..]);
                    break;
                case ["--faithfulness", string photos, ..] when !photos.StartsWith('-'):
                    (faithfulness, args) = (photos, args[2..]);
                    break;
                case ["--faithfulness", ..]:
                    (faithfulness, args) = (Repository.Photo(""), args[1..]);
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
        bool ofRows = scaling is null && !shards && faithfulness is null;
        int runs = (soak is null ? 0 : 1) + (scaling is null ? 0 : 1) + (shards ? 1 : 0) + (faithfulness is null ? 0 : 1);
        return runs <= 1 && (ofRows || (json is null && only is null))
            ? new BenchmarkArguments(soak, scaling, shards, faithfulness, only ?? "", json) : null;
    }
}
