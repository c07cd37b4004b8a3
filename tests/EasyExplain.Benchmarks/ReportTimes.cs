using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Imaging;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;
using EasyExplain.Tests.Audit;

namespace EasyExplain.Benchmarks;

/// <summary>What a report takes: time beside that of its thumbnails alone, bytes, and memory however many images there are.</summary>
internal static class ReportTimes
{
    private const int Images = 400;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        const string Time = "report of 400 photos of 640×480 / decoding and encoding their thumbnails one by one, time";
        const string Bytes = "thumbnails and maps of a report / thumbnails, bytes";
        const string Memory = "peak memory of a report of 4,000 photos / of 400";
        if (!wanted(Time) && !wanted(Bytes) && !wanted(Memory))
        {
            yield break;
        }
        using var folder = new Photos(Images);
        double[] seconds = SideBySide.Medians(3, () => { }, () => Do(folder.WriteReport), () => Do(folder.EncodeAll));
        yield return new Row(Time, 1.3, seconds[0] / seconds[1]);
        yield return new Row(Bytes, 1.5, (double)folder.BytesOf("*.js", "*.jpg") / folder.BytesOf("*.jpg"));
        yield return new Row(Memory, 1.3, PeakMemory.OfReport(10 * Images) / PeakMemory.OfReport(Images));
    }

    /// <summary>Photos, and the report that is written of them.</summary>
    public sealed class Photos : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        private readonly CamAuditRow[] _rows;

        public Photos(int count)
        {
            string first = Path.Combine(_folder.FullName, "photo.jpg");
            ImageEncoder.Save(SyntheticPhoto.Draw(640, 480), first, ImageFormat.Jpeg);
            AuditedModel model = SyntheticRows.Model();
            _rows = [.. Enumerable.Range(0, count).Select(number =>
            {
                string file = $"{number}.jpg", path = Path.Combine(_folder.FullName, file);
                File.Copy(first, path);
                return SyntheticRows.Row(model, number, _folder.FullName) with
                {
                    File = file,
                    Path = path,
                    Length = new FileInfo(path).Length,
                    Modified = File.GetLastWriteTimeUtc(path),
                };
            })];
        }

        public void WriteReport() => new Report(ReportSource.Of(_rows), new FoundIssues([], []))
            .Write(Path.Combine(_folder.FullName, "report", "index.html"));

        public void EncodeAll()
        {
            foreach (CamAuditRow row in _rows)
            {
                _ = ImageEncoder.Bytes(Thumbnails.Of(row, PackSizes.LargestSide)!, ImageFormat.Jpeg, 82);
            }
        }

        public long BytesOf(params string[] patterns) => patterns.Sum(pattern => new DirectoryInfo(Path.Combine(_folder.FullName, "report"))
            .GetFiles(pattern, SearchOption.AllDirectories).Where(file => file.Name.StartsWith("pack-", StringComparison.Ordinal))
            .Sum(file => file.Length));

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private static IDisposable? Do(Action work)
    {
        work();
        return null;
    }
}
