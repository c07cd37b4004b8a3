using System.Diagnostics;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Tests.Audit;

namespace EasyExplain.Benchmarks;

/// <summary>How fast rows of an audit arrive in its file and come back, and how large they are there.</summary>
internal static class StoreRows
{
    private const int Rows = 100_000;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        const string Write = "rows of an audit into its file, without the hash of the image, rows per second";
        const string Read = "the same rows out of the file, rows per second";
        const string Size = "100,000 rows of an audit with paths of 64 characters, maps of 7×7 and 2 × 128 channels, in the file";
        if (!wanted(Write) && !wanted(Read) && !wanted(Size))
        {
            yield break;
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        try
        {
            string file = Path.Combine(folder.FullName, "audit.db");
            AuditedModel model = SyntheticRows.Model();
            TimeSpan took = TimeSpan.Zero;
            using (var writer = new AuditWriter(file, folder.FullName))
            {
                foreach (int[] numbers in Enumerable.Range(0, Rows).Chunk(5000))
                {
                    CamAuditRow[] rows = [.. numbers.Select(number => SyntheticRows.Row(model, number, folder.FullName))];
                    long start = Stopwatch.GetTimestamp();
                    foreach ((CamAuditRow row, int number) in rows.Zip(numbers))
                    {
                        writer.Add(row, $"{number:X16}", 0, 1);
                    }
                    writer.Commit();
                    took += Stopwatch.GetElapsedTime(start);
                }
            }
            yield return new Row(Write, 5000, Rows / took.TotalSeconds, "rows/s", AtLeast: true);
            using var reader = new AuditReader(file);
            long begun = Stopwatch.GetTimestamp();
            if (reader.Rows().Count() != Rows)
            {
                throw new InvalidOperationException($"'{file}' has not all rows.");
            }
            yield return new Row(Read, 10_000, Rows / Stopwatch.GetElapsedTime(begun).TotalSeconds, "rows/s", AtLeast: true);
            yield return new Row(Size, 100, new FileInfo(file).Length / 1e6, "MB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
