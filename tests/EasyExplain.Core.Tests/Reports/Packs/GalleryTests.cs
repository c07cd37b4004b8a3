using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Imaging;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>Sizes of packs, and which images are like each other.</summary>
public sealed class GalleryTests
{
    [Theory]
    [InlineData(10, 32, 32, 100)]
    [InlineData(10_000, 32, 32, 100)]
    [InlineData(10_000, 4000, 160, 100)]
    [InlineData(40_000, 640, 160, 160)]
    [InlineData(100_000, 640, 96, 400)]
    [InlineData(100_000, 32, 32, 400)]
    public void ThereAreAFewHundredPacksOfAFewMegapixels(int images, int longest, int side, int pack)
    {
        Assert.Equal((side, pack), PackSizes.For(images, longest));
        Assert.InRange((images + pack - 1) / pack, 1, 250);
        Assert.InRange(pack * Sprite.CellOf(side) * Sprite.CellOf(side), 1, 1 << 22);
    }

    [Theory]
    [InlineData(1000, 320, 320, 40)] // large thumbnails, as asked: fewer in a pack
    [InlineData(1_000_000, 160, 96, 455)] // not smaller than this
    [InlineData(0, 160, 1, 100)]
    public void ASizeThatWasAskedFor_IsKeptWhereItCan(int images, int largest, int side, int pack) =>
        Assert.Equal((side, pack), PackSizes.For(images, images == 0 ? 0 : 640, largest));

    [Fact]
    public void TheNearestOfASlice_AreThoseOfTheGreatestCosine()
    {
        AuditedModel other = PhotoFolder.ModelOf(ResizeMode.Stretch, "other");
        CamAuditRow[] one = [.. Enumerable.Range(0, 150).Select(number => Row(number))];
        CamAuditRow[] all = [.. one, .. one.Take(80).Select(row => Copy(row, other)), Row(150) with { Channels = null }];
        ReportSource source = ReportSource.Of(all);
        ReportRows rows = ReportRows.Read(source);
        Gallery gallery = Gallery.Read(source, rows);
        CamAuditRow[] whole = [.. source.Rows(rows.Rows)];
        for (int place = 0; place < whole.Length; place++)
        {
            ReportSlice slice = rows.Slices[rows.Rows[place].Slice];
            int[] expected = whole[place].Channels is null ? [] :
                [.. Enumerable.Range(slice.First, slice.Count).Where(near => near != place && whole[near].Channels is not null)
                    .OrderByDescending(near => Cosine(whole[place], whole[near])).Take(6)];
            Assert.Equal(expected, gallery.Near(place));
        }
    }

    [Fact]
    public void InALargeAudit_ASampleIsAsked()
    {
        CamAuditRow[] all = [.. Enumerable.Range(0, 10_500).Select(number => Row(number % 997) with { File = $"{number:00000}", Expected = null })];
        ReportSource source = ReportSource.Of(all);
        ReportRows rows = ReportRows.Read(source);
        var asked = Sampling.Of([.. Enumerable.Range(0, all.Length)], 10_000).ToHashSet();
        int[] near = Gallery.Read(source, rows).Near(5);
        Assert.Equal(6, near.Length);
        Assert.All(near, place => Assert.Contains(place, asked));
    }

    private static double Cosine(CamAuditRow first, CamAuditRow second)
    {
        static double Dot(CamAuditRow a, CamAuditRow b) =>
            a.Channels!.Features.Values.Zip(b.Channels!.Features.Values, (x, y) => (double)x * y).Sum();
        return Dot(first, second) / Math.Sqrt(Dot(first, first)) / Math.Sqrt(Dot(second, second));
    }

    private static CamAuditRow Row(int number) => PhotoFolder.Row(new FileInfo(Repository.Photo("cat.jpg")), 32, 32, number, (4, 4));

    private static CamAuditRow Copy(CamAuditRow row, AuditedModel model) => new(model)
    {
        Path = row.Path,
        File = row.File,
        Method = row.Method,
        Layers = row.Layers,
        Class = row.Class,
        Predictions = row.Predictions,
        ImageSize = row.ImageSize,
        Channels = row.Channels,
    };
}
