using System.Reflection;
using System.Text.RegularExpressions;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit;

/// <summary>What goes into an audit file comes out of it.</summary>
public sealed class AuditStoreTests : IDisposable
{
    private readonly AuditFolder _audit = new();

    public void Dispose() => _audit.Dispose();

    [Fact]
    public void ARow_ComesBackAsItWas()
    {
        CamAuditRow[] rows = [_audit.Row(0), _audit.Row(1), _audit.Row(2),
            _audit.Row(3) with
            {
                Layers = ["layer3", "layer4", "layer 3, \"4\""], Expected = "cat, dog", ExpectedClass = -1, Correct = null,
                ExpectedProbability = null, Probability = double.NaN, Score = double.NaN, PredictedClasses = [1, 2, 999],
                ComparedWith = [5, 6], Smoothing = Smoothing.Eigen, Seed = long.MaxValue, Channels = null,
                StoredMaps = [new("layer3", 1, 2, [0, 255]), new("layer4", 2, 1, [1, 2]), new("layer 3, \"4\"", 1, 1, [3]),
                    new("layer3+layer4+layer 3, \"4\"", 1, 3, [0, 0, 0])],
            }];
        _audit.Write(rows);
        CamAuditRow[] read = _audit.Read();
        Assert.Equal([1L, 2, 3, 4], read.Select(row => row.Id));
        Assert.All(rows.Zip(read), pair => AssertSame(pair.First, pair.Second));
        Assert.Single(read.Select(row => row.Model).Distinct(ReferenceEqualityComparer.Instance));
    }

    [Fact]
    public void AnExplanation_ComesBackFromItsRequest_WithItsMaps()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        string cat = Repository.Photo("cat.jpg");
        IReadOnlyList<CamExplanation> explained = Request.Answered("0123456789ABCDEF",
            [.. Explainer(model, ["layer2", "layer3"], ["LayerCAM", "FinerCAM"]).Explain(ImageDecoder.Decode(cat), cat)
                .Select(explanation => explanation.Expecting("ship"))], "question");
        _audit.Write(writer =>
        {
            writer.Add(explained[0]);
            writer.Commit();
            using var early = new AuditReader(_audit.File); // beside the writer
            Assert.False(early.Contains("0123456789ABCDEF"));
            Assert.Null(early.Explanations("0123456789ABCDEF", cat, model));
            writer.Add(explained[1]);
        });

        using var reader = new AuditReader(_audit.File);
        Assert.True(reader.Contains("0123456789ABCDEF"));
        Assert.False(reader.Contains("FEDCBA9876543210"));
        IReadOnlyList<CamExplanation> found = reader.Explanations("0123456789ABCDEF", cat, model)!;
        Assert.All(explained.Zip(found), pair =>
        {
            (CamExplanation said, CamExplanation told) = pair;
            Assert.Equal((said.Method, said.Class, said.Label, said.Probability, said.Score, said.Smoothing, said.Seed, said.Request),
                (told.Method, told.Class, told.Label, told.Probability, told.Score, told.Smoothing, told.Seed, told.Request));
            Assert.Equal((said.Path, said.Seconds, said.ExpectedClass, said.ExpectedProbability, _audit.File),
                (told.Path, told.Seconds, told.ExpectedClass, told.ExpectedProbability, told.FoundIn));
            Assert.Equal(said.Predictions, told.Predictions);
            Assert.Equal(said.Predicted, told.Predicted);
            Assert.Equal(said.ComparedWith, told.ComparedWith);
            Assert.Equal(said.Layers, told.Layers);
            Assert.Equal(said.ImageSize, told.ImageSize);
            Assert.Equivalent(said.Channels, told.Channels, strict: true);
            Assert.All(said.Maps.Append(said.Fused!).Zip(told.Maps.Append(told.Fused!)), maps =>
            {
                Assert.Equal((maps.First.Layer, maps.First.Peak), (maps.Second.Layer, maps.Second.Peak));
                Assert.All(maps.First.ToArray().Cast<float>().Zip(maps.Second.ToArray().Cast<float>()),
                    cells => Assert.Equal(cells.First, cells.Second, tolerance: 0.5f / 255 + 1e-6f));
            });
        });
        Assert.Equal(["ship", "ship"], reader.Rows().Select(row => row.Expected));
        Assert.All(reader.Rows(), row => Assert.Equal("ecf157d307bdb92ef488bb84f9fcdb96", row.ModelHash)); // XXH3_128bits
    }

    /// <summary>The first is what xxHash's own tests have for no bytes at all.</summary>
    [Theory]
    [InlineData("", "99aa06d3014798d86001c324468d497f")]
    [InlineData(null, null)]
    public void TheHash_IsThatOfTheImagesBytes(string? content, string? hash)
    {
        CamAuditRow row = _audit.Row(0) with { Path = Path.Combine(_audit.Path, "image"), Hash = null };
        if (content is not null)
        {
            File.WriteAllText(row.Path, content);
        }
        _audit.Write(row);
        Assert.Equal(hash, _audit.Read().Single().Hash);
    }

    [Theory]
    [InlineData(@"it's ""quoted"", [1] *? \\ %")]
    [InlineData(@"two\nlines\tand a \u007f")]
    [InlineData(@"\ud83d\ude00 Köter 犬")]
    [InlineData(@"half a \ud83d pair, \ude00")]
    [InlineData(@"\ud83d")]
    [InlineData(@"a NUL \u0000 inside")]
    [InlineData(@"{""json"": [1, null]}'); DROP TABLE explanation; --")]
    [InlineData("")]
    public void HostileNamesAndLabels_Survive(string escaped) // an attribute cannot hold half a pair
    {
        string text = Regex.Unescape(escaped);
        AuditedModel model = SyntheticRows.Model(6) with { Name = text, Labels = ["0", "1", text, "3", "4", text] };
        CamAuditRow row = SyntheticRows.Row(model, 1, _audit.Path) with
        {
            Path = Path.Join(_audit.Path, "a"),
            File = "a",
            Class = 2,
            Label = text,
            Method = text,
            Expected = text,
        };
        _audit.Write(writer =>
        {
            writer.Add(row, "1", 0, 1);
            writer.Add(row with { File = "", Path = Path.Join(_audit.Path, "b"), ErrorId = "Id", Error = text }, text + "2", 0, 1);
        });
        CamAuditRow[] read = _audit.Read();
        AssertSame(row, read[0]);
        Assert.Equal((text, text), (read[1].Error, read[1].Label));
        if (text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal))
        {
            var root = new AuditRoot(_audit.Path);
            Assert.Equal(Path.Combine(_audit.Path, text), root.PathOf(root.FileOf(Path.Combine(_audit.Path, text))));
        }
    }

    [Fact]
    public void TheView_ReadsWell()
    {
        _audit.Write([.. Enumerable.Range(0, 3).Select(_audit.Row), _audit.Row(4) with { ErrorId = "ImageTruncated", Error = "It ends." }]);
        CamAuditRow row = _audit.Row(2);
        Assert.Equal([row.File, row.Hash!, row.Length, "resnet50", "GradCAM", "[\"layer4\"]", row.Label, row.Probability, row.Expected!, 1L,
            row.Predictions[4].Label, row.Predictions[4].Probability],
            _audit.Run("""
                SELECT file, hash, size, model, method, layers, label, probability, expected, correct, top5, probability5
                FROM audit WHERE id = 3
                """));
        Assert.Equal([1L, "2026-11-28 12:00:04", "ImageTruncated", "It ends."],
            _audit.Run("SELECT count(*), strftime('%Y-%m-%d %H:%M:%S', modified), error_id, error FROM audit WHERE error_id IS NOT NULL"));
    }

    private static Explainer Explainer(CamModel model, string[] layers, string[] methods) => new(model,
        LayerSelection.Select(model, layers), [.. methods.Select(MethodCatalog.Find)], ClassChoice.Predicted,
        new MethodSettings(SampleCount: 4, NoiseStd: 0.1, Seed: 1, BatchSize: 4));

    private static void AssertSame(CamAuditRow row, CamAuditRow read)
    {
        Assert.Equivalent(row.Model, read.Model, strict: true);
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        string[] others = [nameof(CamAuditRow.Id), nameof(CamAuditRow.Request), nameof(CamAuditRow.Model), "EqualityContract"];
        foreach (PropertyInfo property in typeof(CamAuditRow).GetProperties(all).Where(property => !others.Contains(property.Name)))
        {
            Assert.Equivalent(property.GetValue(row), property.GetValue(read), strict: true);
        }
    }
}
