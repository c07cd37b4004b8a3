using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;

namespace EasyExplain.Tests.Audit;

/// <summary>What goes into an audit file comes out of it.</summary>
public sealed class AuditStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("audit [1] ").FullName;

    private string File => Path.Combine(_folder, "an 'audit' [1].db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ARow_ComesBackAsItWas()
    {
        AuditedModel model = SyntheticRows.Model();
        CamAuditRow[] rows = [.. Enumerable.Range(0, 3).Select(number => SyntheticRows.Row(model, number, _folder)),
            SyntheticRows.Row(model, 3, _folder) with
            {
                Layers = ["layer3", "layer4", "layer 3, \"4\""], Expected = "cat, dog", ExpectedClass = -1, Correct = null,
                ExpectedProbability = null, Probability = double.NaN, Score = double.NaN, PredictedClasses = [1, 2, 999],
                ComparedWith = [5, 6], Smoothing = Smoothing.Eigen, Seed = long.MaxValue, Hash = null, Channels = null,
                StoredMaps = [new("layer3", 1, 2, [0, 255]), new("layer4", 2, 1, [1, 2]), new("layer 3, \"4\"", 1, 1, [3]),
                    new("layer3+layer4+layer 3, \"4\"", 1, 3, [0, 0, 0])],
            }];
        using (var writer = new AuditWriter(File, _folder))
        {
            foreach (CamAuditRow row in rows)
            {
                writer.Add(row, $"{row.Length:X16}", 0, 1);
            }
        }
        using var reader = new AuditReader(File);
        CamAuditRow[] read = [.. reader.Rows()];
        Assert.Equal(4, reader.Count);
        Assert.Equal([1L, 2, 3, 4], read.Select(row => row.Id));
        Assert.All(rows.Zip(read), pair => AssertSame(pair.First, pair.Second));
        Assert.Single(read.Select(row => row.Model).Distinct(ReferenceEqualityComparer.Instance));
    }

    private static void AssertSame(CamAuditRow row, CamAuditRow read)
    {
        Assert.Equivalent(row.Model, read.Model, strict: true);
        foreach (var property in typeof(CamAuditRow).GetProperties(
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic))
        {
            if (property.Name is not (nameof(CamAuditRow.Id) or nameof(CamAuditRow.Request) or nameof(CamAuditRow.Model)
                or "EqualityContract"))
            {
                Assert.True(Same(property.GetValue(row), property.GetValue(read)),
                    $"{property.Name}: {property.GetValue(row)}, {property.GetValue(read)}");
            }
        }
    }

    private static bool Same(object? one, object? other)
    {
        try
        {
            Assert.Equivalent(one, other, strict: true);
            return true;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return false;
        }
    }
}
