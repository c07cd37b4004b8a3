using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>Groups of vectors, and those of a class that are looked at more closely.</summary>
public class SpectralGroupsTests
{
    /// <summary>
    /// On a line at 0, 1, 10 and 12: the first is 1 from the other member and 11 from the rest, the second 1 and 10.
    /// </summary>
    [Fact]
    public void TheSilhouette_OfTwoOfFourPoints_IsThatByHand()
    {
        float[][] points = [[0], [1], [10], [12]];
        Assert.Equal((10 / 11.0 + 9 / 10.0) / 2, SpectralGroups.Silhouette(points, [0, 1]), 1e-12);
        // The two that are farthest apart: 12 from each other, 5.5 from the rest; 12 and 6.5.
        Assert.Equal((-6.5 / 12 - 5.5 / 12) / 2, SpectralGroups.Silhouette(points, [0, 3]), 1e-12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void BlobsFarApart_AreTheGroups_AndTheirNumberIsTheNaturalOne(int blobs)
    {
        const int Each = 20;
        var random = new Random(blobs);
        float[][] vectors =
        [
            .. Enumerable.Range(0, blobs * Each).Select(i => Enumerable.Range(0, 6)
                .Select(d => (d == i % blobs ? 10 : 0) + random.NextSingle()).ToArray()),
        ];
        IReadOnlyList<SpectralGroups.Partition> partitions = SpectralGroups.Of(vectors);
        Assert.Equal([2, 3, 4, 5, 6], partitions.Select(partition => partition.Groups.Count));
        SpectralGroups.Partition natural = Assert.Single(partitions, partition => partition.IsNatural);
        Assert.Equal(blobs, natural.Groups.Count);
        Assert.Equal(
            Enumerable.Range(0, blobs).Select(blob => string.Join(' ', Enumerable.Range(0, Each).Select(i => blob + i * blobs))),
            natural.Groups.OrderBy(group => group[0]).Select(group => string.Join(' ', group)));
        Assert.All(natural.Groups, group => Assert.InRange(SpectralGroups.Silhouette(vectors, group), 0.8, 1));
    }

    [Fact]
    public void AsManyVectorsAsOneHasNeighbours_HaveNoGroups() =>
        Assert.Empty(SpectralGroups.Of([.. Enumerable.Range(0, 10).Select(i => new float[] { i })]));

    [Fact]
    public void Views_AreOfLengthOne_AndAreLeftOutWhereARowLacksThem()
    {
        CamAuditRow[] rows = PlantedRows.Make(100, PlantedRows.Model(2));
        ClassViews views = Views(rows);
        Assert.Equal(["maps", "channel relevance", "features"], views.All.Select(view => view.Name));
        Assert.All(views.All.SelectMany(view => view.Vectors), vector => Assert.Equal(1, vector.Sum(value => value * value), 1e-4f));

        rows[^1] = rows[^1] with { Channels = rows[^1].Channels! with { Relevance = null } };
        Assert.Equal(["maps", "features"], Views(rows[^40..]).All.Select(view => view.Name));
        rows[^1] = rows[^1] with { Channels = null, StoredMaps = [PlantedRows.Map("layer1", 8, (_, _) => 0)] };
        Assert.Empty(Views(rows[^40..]).All);

        static ClassViews Views(CamAuditRow[] rows) =>
            ClassViews.Of(new AuditSlice(rows[0].Model, rows[0].Method, rows[0].Layers, rows), [.. Enumerable.Range(0, rows.Length)]);
    }

    /// <summary>30 maps of two kinds and 10 features of another: a group is named once, and none is most of the class.</summary>
    [Fact]
    public void Suspects_AreOfTheFewestAtLeastAndSixInTenAtMost_TheSharpestFirst_EachOnce()
    {
        var random = new Random(3);
        CamAuditRow row = PlantedRows.Make(1)[0];
        float[][] maps = [.. Enumerable.Range(0, 40).Select(i => Blob(i < 12))];
        float[][] features = [.. Enumerable.Range(0, 40).Select(i => Blob(i < 13))];
        var views = new ClassViews([.. Enumerable.Repeat(row, 40)], maps, [], features);
        IReadOnlyList<Suspect> suspects = Suspects.In(views, 8);
        Assert.Equal(suspects.OrderByDescending(one => one.Silhouette), suspects);
        Assert.All(suspects, one => Assert.InRange(one.Members.Length, 8, 24));
        Assert.Equal(Enumerable.Range(0, 40), suspects[0].Members.Concat(suspects[0].Others).Order());
        Suspect marked = Assert.Single(suspects, one => one.Members.Count(i => i < 12) > 6);
        Assert.True(marked.IsNatural);
        Assert.InRange(marked.Members.Length, 12, 13);
        Assert.DoesNotContain(Suspects.In(views, 14), one => one.Members.Contains(0));

        float[] Blob(bool near) => [.. Enumerable.Range(0, 4).Select(d => (near == d < 2 ? 10 : 0) + random.NextSingle())];
    }

    [Fact]
    public void Overlap_IsTheShareOfAllThatAreInBoth() => Assert.Equal(2 / 5.0, Suspects.Overlap([1, 2, 3], [2, 3, 4, 5]), 1e-12);
}
