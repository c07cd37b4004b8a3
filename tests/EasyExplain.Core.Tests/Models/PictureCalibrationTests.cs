using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Tests.Detectors;

namespace EasyExplain.Tests.Models;

/// <summary>Models that compute in 8 bits explain as they do in float32, by scales found with pictures.</summary>
[Collection(nameof(Alone))]
public sealed class PictureCalibrationTests : IDisposable
{
    private const string Cache = "XDG_CACHE_HOME";

    private readonly string _folder = Directory.CreateTempSubdirectory("easyexplain-int8-").FullName;
    private readonly string? _cache = Environment.GetEnvironmentVariable(Cache);
    private readonly List<string> _told = [];

    public PictureCalibrationTests() => Environment.SetEnvironmentVariable(Cache, Path.Combine(_folder, "cache"));

    private static string Canvases => Repository.Data("detection", "canvases", "images");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Cache, _cache);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void TheBundledModel_ExplainsPhotosOfCifar_AsInFloat32()
    {
        using CamModel full = Import(Precision.Float32), bytes = Import(Precision.Int8, Canvases);
        AssertAlike(full, bytes, [.. Directory.EnumerateFiles(Canvases)]);
        Assert.Matches(@"computes in 8 bits: \d\d of 29 operations before 'layer3'\. With 32 pictures, .* r = 0\.9[89]", _told[^1]);
    }

    /// <summary>Those, too, that go on from a layer's changed output, ask about changed images, or go back to the input.</summary>
    [Fact]
    public void EveryMethod_ExplainsAsInFloat32()
    {
        using CamModel full = Import(Precision.Float32), bytes = Import(Precision.Int8, Canvases);
        string photo = Directory.EnumerateFiles(Canvases).Order(StringComparer.Ordinal).First();
        foreach (CamMethod method in MethodCatalog.All.Where(method => method.Fits(LayerSelection.Select(full, [full.DefaultLayer]))))
        {
            double r = Correlation(MapOf(full, photo, method).Map.ToArray(), MapOf(bytes, photo, method).Map.ToArray());
            Assert.True(r >= 0.98, $"{method.Name}: r = {r}");
        }
    }

    [SharedTheory("datasets/cifar10/test.zip")]
    [InlineData(200)]
    public void OfCifarsTestPhotos_NearlyAllHaveTheSameClassAndMap(int count)
    {
        string photos = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        using var zip = System.IO.Compression.ZipFile.OpenRead(Repository.Shared("datasets/cifar10/test.zip"));
        var entries = zip.Entries.Where(entry => entry.Name.Length > 0).ToArray();
        count = LongCases.Run ? entries.Length : count;
        foreach (var entry in Enumerable.Range(0, count).Select(index => entries[(long)index * entries.Length / count]))
        {
            using FileStream file = File.Create(Path.Combine(photos, entry.FullName.Replace('/', '-')));
            using Stream content = entry.Open();
            content.CopyTo(file);
        }
        using CamModel full = Import(Precision.Float32), bytes = Import(Precision.Int8, photos);
        AssertAlike(full, bytes, [.. Directory.EnumerateFiles(photos)]);
    }

    [SharedTheory("models/vww_mobilenet_v1_025/model_traced.pt")]
    [InlineData("model_traced.pt")]
    [InlineData("model.onnx")]
    public void ARealMobileNet_SeesPeopleInPhotos_AsInFloat32(string file)
    {
        string path = Repository.Shared($"models/vww_mobilenet_v1_025/{file}"), photos = Repository.Shared("images");
        using CamModel full = Import(Precision.Float32, path: path), bytes = Import(Precision.Int8, photos, path);
        AssertAlike(full, bytes, [.. Directory.EnumerateFiles(photos, "*.jpg")]);
    }

    [Fact]
    public void TheSamePictures_GiveTheSameMapsToTheBit_AlsoFromTheCache()
    {
        string photo = Directory.EnumerateFiles(Canvases).First();
        using CamModel first = Import(Precision.Int8, Canvases), cached = Import(Precision.Int8, Canvases);
        Assert.Contains(_told, line => line.Contains("from an earlier time", StringComparison.Ordinal));
        Directory.Delete(CacheFolder.Path, recursive: true);
        using CamModel again = Import(Precision.Int8, Canvases);
        float[,] map = MapOf(first, photo).Map.ToArray();
        Assert.Equal(map, MapOf(cached, photo).Map.ToArray());
        Assert.Equal(map, MapOf(again, photo).Map.ToArray());
        Assert.NotEqual(map, MapOf(Import(Precision.Float32), photo).Map.ToArray());
    }

    /// <summary>
    /// Where two products of bytes are added in 16 bits, weights lose their sign: the sums are the same integers, and so the maps.
    /// </summary>
    [Fact]
    public void ACpuWithoutSuchProducts_HasTheSameMapsToTheBit()
    {
        string[] photos = [.. Directory.EnumerateFiles(Canvases).Take(4)];
        using CamModel here = Import(Precision.Int8, Canvases);
        float[][,] expected = [.. photos.Select(photo => MapOf(here, photo).Map.ToArray())];
        try
        {
            ByteProducts.Supposed = false;
            using CamModel there = Import(Precision.Int8, Canvases);
            Assert.Equal(expected, photos.Select(photo => MapOf(there, photo).Map.ToArray()));
        }
        finally
        {
            ByteProducts.Supposed = null;
        }
    }

    /// <summary>What is asked of a photo tells precisions and scales apart, so that -SkipExisting never mixes maps.</summary>
    [Fact]
    public void QuestionsDiffer_WhereMapsDo()
    {
        string[] photos = [.. Directory.EnumerateFiles(Canvases)];
        using CamModel full = Import(Precision.Float32), bytes = Import(Precision.Int8, Canvases), again = Import(Precision.Int8, Canvases);
        string eight = Directory.CreateDirectory(Path.Combine(_folder, "eight")).FullName;
        foreach (string photo in photos[..8])
        {
            File.Copy(photo, Path.Combine(eight, Path.GetFileName(photo)));
        }
        using CamModel ofOthers = Import(Precision.Int8, eight), byRun = Import(Precision.Int8);
        Choices before = ChoicesOf(byRun);
        Assert.Equal(ChoicesOf(full).Question, before.Question); // it computes in float32 so far
        PictureCalibration.ByRun(byRun, photos[..PictureCalibration.OfRun], _told.Add, default);
        Choices after = before.Anew();
        Choices[] all = [ChoicesOf(full), ChoicesOf(bytes), ChoicesOf(ofOthers), after];
        Assert.Equal(4, all.Select(one => one.Question).Distinct().Count());
        Assert.Equal(4, all.Select(one => one.IdOf(photos[0])).Distinct().Count());
        Assert.Equal(ChoicesOf(bytes).IdOf(photos[0]), ChoicesOf(again).IdOf(photos[0]));
        using CamModel next = Import(Precision.Int8), ofOtherRun = Import(Precision.Int8);
        PictureCalibration.ByRun(next, photos[..PictureCalibration.OfRun], _told.Add, default);
        PictureCalibration.ByRun(ofOtherRun, photos[^PictureCalibration.OfRun..], _told.Add, default);
        Assert.Equal(after.IdOf(photos[0]), ChoicesOf(next).IdOf(photos[0]));
        Assert.NotEqual(after.IdOf(photos[0]), ChoicesOf(ofOtherRun).IdOf(photos[0]));

        static Choices ChoicesOf(CamModel model) => new(model, LayerSelection.Select(model, [model.DefaultLayer]), [LayerCAM.Method], null,
            null, new MethodSettings(1, 0, 0, 1), SeedIsGiven: false, Smoothing.None);
    }

    [Fact]
    public void AFloat32Model_TouchesNothingOfInt8()
    {
        using CamModel model = Import(Precision.Float32);
        MapOf(model, Directory.EnumerateFiles(Canvases).First());
        Assert.False(model.AwaitsPictures);
        Assert.Null(model.CalibrationId);
        Assert.Same(model, model.InFloat32());
        Assert.False(Directory.Exists(Path.Combine(CacheFolder.Path, "calibration")));
        Assert.DoesNotContain(_told, line => line.Contains("8 bits", StringComparison.Ordinal));
    }

    [Fact]
    public void ADamagedFileInTheCache_IsFoundAnew()
    {
        using CamModel first = Import(Precision.Int8, Canvases);
        string file = Assert.Single(Directory.EnumerateFiles(Path.Combine(CacheFolder.Path, "calibration")));
        File.WriteAllText(file, """{"Ranges":[{"Node":4000,"Low":0,"High":1}],"LeftOut":[]}""");
        using CamModel second = Import(Precision.Int8, Canvases);
        Assert.EndsWith("times as long.", _told[^1], StringComparison.Ordinal);
        Assert.True(new FileInfo(file).Length > 1000);
    }

    [Fact]
    public void WithoutPictures_ItComputesInFloat32_UntilARunBringsSome()
    {
        string[] photos = [.. Directory.EnumerateFiles(Canvases)];
        using CamModel full = Import(Precision.Float32), bytes = Import(Precision.Int8);
        Assert.Equal(MapOf(full, photos[0]).Map.ToArray(), MapOf(bytes, photos[0]).Map.ToArray());
        Assert.True(bytes.AwaitsPictures);
        PictureCalibration.ByRun(bytes, photos[..PictureCalibration.OfRun], _told.Add, default);
        Assert.False(bytes.AwaitsPictures);
        Assert.NotEqual(MapOf(full, photos[0]).Map.ToArray(), MapOf(bytes, photos[0]).Map.ToArray());
        AssertAlike(full, bytes, photos);
    }

    [Theory]
    [InlineData("nowhere", "*'*nowhere' is no folder*")]
    [InlineData("empty", "*'*empty' has no pictures in it*")]
    [InlineData("texts", "*'*texts' has no pictures that can be read; 2 of its 2 files were tried*a.jpg*is not an image*")]
    public void AFolderWithoutPictures_IsAnErrorThatNamesIt(string name, string message)
    {
        string folder = Path.Combine(_folder, name);
        if (name != "nowhere")
        {
            Directory.CreateDirectory(folder);
        }
        if (name == "texts")
        {
            File.WriteAllText(Path.Combine(folder, "a.jpg"), "no picture at all, though its name says so");
            File.WriteAllText(Path.Combine(folder, "b.txt"), "nor is this one a picture of anything");
        }
        string said = Assert.Throws<ModelImportException>(() => Import(Precision.Int8, folder)).Message;
        Assert.Matches(WildcardPattern(message), said);
    }

    [Fact]
    public void PicturesThatCannotBeRead_ArePassedOver_AndNamed()
    {
        string photos = Directory.CreateDirectory(Path.Combine(_folder, "mixed")).FullName;
        foreach (string photo in Directory.EnumerateFiles(Canvases).Take(8))
        {
            File.Copy(photo, Path.Combine(photos, Path.GetFileName(photo)));
        }
        File.WriteAllText(Path.Combine(photos, "0000.jpg"), "no picture at all, though its name says so");
        using CamModel model = Import(Precision.Int8, photos);
        Assert.Contains(_told, line => line.Contains("0000.jpg' is passed over", StringComparison.Ordinal));
        Assert.Contains("With 8 pictures", _told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderForAnotherPrecision_AndInt8OnAGpu_AreRefused()
    {
        string said = Assert.Throws<ModelImportException>(() => Import(Precision.Float32, Canvases)).Message;
        Assert.Contains("Float32 needs no pictures", said, StringComparison.Ordinal);
        said = Assert.Throws<ModelImportException>(() => ModelImporter.DemandPrecision(Precision.Int8, "cuda:1")).Message;
        Assert.Contains("Int8 cannot be had here: it is for the CPU, not for 'cuda:1'", said, StringComparison.Ordinal);
    }

    private static string WildcardPattern(string text) =>
        $"(?s)^{System.Text.RegularExpressions.Regex.Escape(text).Replace("\\*", ".*", StringComparison.Ordinal)}$";

    private CamModel Import(Precision precision, string? folder = null, string? path = null) =>
        ModelImporter.Import(path ?? ModelImporter.BundledPath,
            new ModelOptions { Precision = precision, CalibrationPath = folder }, _told.Add);

    private static CamExplanation MapOf(CamModel model, string photo) => MapOf(model, photo, LayerCAM.Method);

    private static CamExplanation MapOf(CamModel model, string photo, CamMethod method) =>
        new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), [method], ClassChoice.Predicted,
            new MethodSettings(method.RunsAgain ? null : 1, 0, 0, 1)).Explain(CamPicture.Decode(photo, model), photo)[0];

    /// <summary>Issue 24's bars: maps of the last stage r ≥ 0.98, the top class equal in 99 %.</summary>
    private static void AssertAlike(CamModel full, CamModel bytes, string[] photos)
    {
        CamExplanation[] expected = [.. photos.Select(photo => MapOf(full, photo))],
            actual = [.. photos.Select(photo => MapOf(bytes, photo))];
        var pairs = expected.Zip(actual).ToArray();
        Assert.InRange(pairs.Average(pair => pair.First.Class == pair.Second.Class ? 1.0 : 0), 0.99, 1);
        Assert.InRange(pairs.Where(pair => pair.First.Class == pair.Second.Class && !pair.First.Map.IsEmpty)
            .Average(pair => Correlation(pair.First.Map.ToArray(), pair.Second.Map.ToArray())), 0.98, 1);
    }

    private static double Correlation(float[,] one, float[,] other)
    {
        double[] x = [.. one.Cast<float>().Select(value => (double)value)], y = [.. other.Cast<float>().Select(value => (double)value)];
        double meanX = x.Average(), meanY = y.Average();
        double Product(double[] a, double meanA, double[] b, double meanB) => a.Zip(b, (p, q) => (p - meanA) * (q - meanB)).Sum();
        return Product(x, meanX, y, meanY) / Math.Sqrt(Product(x, meanX, x, meanX) * Product(y, meanY, y, meanY));
    }
}
