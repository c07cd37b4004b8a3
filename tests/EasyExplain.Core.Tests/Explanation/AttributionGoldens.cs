using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

/// <summary>One reference map, or one number, of tests/data/attribution; its key reads <c>net@HxWvVARIANT/what/class</c>.</summary>
/// <param name="Family">The file that it is in, such as <c>gradients</c>.</param>
/// <param name="Entry">Its entry there, with whatever else the family says of it.</param>
internal sealed partial record AttributionCase(string Family, JsonElement Entry)
{
    public string Key => Text("key");

    /// <summary>The network: a file of that name beside the goldens, or an architecture.</summary>
    public string Net => Text("net");

    /// <summary>What lies between the network and the class in the key, at its slashes: the method with its options, then where.</summary>
    public string[] What => Key.Split('/')[1..^1];

    public int Class => Entry.GetProperty("class").GetInt32();

    public int Height => Entry.GetProperty("input")[0].GetInt32();

    public int Width => Entry.GetProperty("input")[1].GetInt32();

    public int Variant => Entry.GetProperty("variant").GetInt32();

    /// <summary>The reference map, in full or every so many rows and columns of it.</summary>
    public Golden Map => AttributionGoldens.Maps(Family)[Key];

    /// <summary>Every how many rows and columns of the map are stored.</summary>
    public int Every => Entry.TryGetProperty("stored", out JsonElement stored)
        && EveryWhich().Match(stored.GetString()!) is { Success: true } said
        ? int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture) : 1;

    /// <summary>The reference number, of a case that is one.</summary>
    public double Value => Number("value");

    public string Text(string name) => Entry.GetProperty(name).GetString()!;

    public double Number(string name) => Entry.GetProperty(name).GetDouble();

    /// <summary>The same picture that the reference saw, of the model's own size.</summary>
    public EasyExplain.Imaging.Photo Photo(CamModel model) => GoldenModels.Pattern(model, Variant);

    /// <summary>Explains that picture for the case's class as a user would.</summary>
    public CamExplanation Explain(CamModel model, CamMethod method, MethodSettings settings, params string[] layers)
    {
        var explainer = new Explainer(model, LayerSelection.Select(model, layers.Length > 0 ? layers : [model.DefaultLayer]), [method],
            ClassChoice.Of(model, Class.ToString(CultureInfo.InvariantCulture)), settings);
        CamExplanation explanation = explainer.Explain(Photo(model), null).Single();
        double logit = Number("logit"); // of another network every comparison would be meaningless
        Assert.Equal(logit, explanation.Score, tolerance: 1e-3 * Math.Max(1, Math.Abs(logit)));
        return explanation;
    }

    /// <summary>The goldens' rule: the largest difference and that of all numbers, each relative to the reference's own.</summary>
    /// <param name="got">The whole map, <c>[H, W]</c>, in the reference's units.</param>
    public void Agrees(float[,] got)
    {
        int every = Every;
        Assert.Equal(Map.Shape, new long[] { (got.GetLength(0) + every - 1) / every, (got.GetLength(1) + every - 1) / every });
        Agrees([.. from y in Enumerable.Range(0, (int)Map.Shape[0])
                   from x in Enumerable.Range(0, (int)Map.Shape[1])
                   select got[y * every, x * every]]);
    }

    /// <summary>The same of a map, in units of the method where it is signed.</summary>
    public void Agrees(CamMap map)
    {
        float[,] values = map.ToArray();
        float unit = (float)(map.Unit ?? 1);
        for (int y = 0; y < map.Height; y++)
        {
            for (int x = 0; x < map.Width; x++)
            {
                values[y, x] *= unit;
            }
        }
        Agrees(values);
    }

    /// <summary>The same of numbers in the order in which they are stored.</summary>
    public void Agrees(IReadOnlyList<float> got)
    {
        float[] wanted = Map.Floats;
        Assert.Equal(wanted.Length, got.Count);
        double[] differences = [.. wanted.Zip(got, (a, b) => (double)b - a)];
        double worst = differences.Max(Math.Abs) / wanted.Max(Math.Abs);
        double whole = Math.Sqrt(differences.Sum(d => d * d) / wanted.Sum(a => (double)a * a));
        Assert.True(worst <= Number("tolerance") && whole <= Number("tolerance_l2"), string.Create(CultureInfo.InvariantCulture,
            $"{Key}: off by {worst:0.0e0} of the largest value ({Number("tolerance"):0.0e0} allowed), {whole:0.0e0} as a whole " +
            $"({Number("tolerance_l2"):0.0e0} allowed)"));
    }

    /// <summary>The same of one number.</summary>
    public void Agrees(double got) =>
        Assert.True(Math.Abs(got - Value) <= Math.Max(1e-9, Number("tolerance") * Math.Abs(Value)), string.Create(
            CultureInfo.InvariantCulture, $"{Key}: {got} in place of {Value} (within {Number("tolerance"):0.0e0} of it)"));

    [GeneratedRegex(@"^every (\d+)th")]
    private static partial Regex EveryWhich();
}

/// <summary>
/// The reference maps of Captum, zennit, torch-cam and others: tests/data/attribution, or the folder that EASYEXPLAIN_ATTRIBUTION names. A
/// case more in a file is a test more.
/// </summary>
internal static class AttributionGoldens
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("EASYEXPLAIN_ATTRIBUTION");

    // Minutes together on two cores, while smaller cases ask the same. They run where the folder is named, be it tests/data/attribution.
    private static readonly string[] Long =
    [
        "vgg16@", "vit_b_16@224x224v0/IntegratedGradients", "vit_b_16@224x224v0/ViTReciproCAM.openvino",
        "resnet18@224x224v0/Occlusion/w45x45",
    ];

    /// <summary>Where they lie; networks that are no architecture too.</summary>
    public static string Folder { get; } = Named is { Length: > 0 } ? Path.GetFullPath(Named) : Repository.Data("attribution");

    /// <summary>The tensors of a family's file by name.</summary>
    public static IReadOnlyDictionary<string, Golden> Maps(string family) => Goldens.Load(family, Folder);

    /// <summary>The maps of a family, in the order of the file: those of a network stand together.</summary>
    public static IEnumerable<AttributionCase> Cases(string family) => Read(family, "cases");

    /// <summary>The numbers of a family, likewise.</summary>
    public static IEnumerable<AttributionCase> Numbers(string family) => Read(family, "numbers");

    /// <summary>The keys of those of a family that a test is about.</summary>
    public static TheoryData<string> Keys(string family, Func<AttributionCase, bool>? which = null) =>
        [.. Cases(family).Where(which ?? (_ => true)).Select(golden => golden.Key)];

    /// <summary>The map of this key, or the number.</summary>
    public static AttributionCase Find(string family, string key) =>
        Cases(family).Concat(Numbers(family)).First(golden => golden.Key == key);

    private static IEnumerable<AttributionCase> Read(string family, string list) => Goldens.Index(family, Folder).GetProperty(list)
        .EnumerateArray().Select(entry => new AttributionCase(family, entry))
        .Where(golden => Named is { Length: > 0 } || !Long.Any(start => golden.Key.StartsWith(start, StringComparison.Ordinal)));
}

/// <summary>Their networks; as a fixture it keeps the last one for the next case.</summary>
public sealed class AttributionModels : IDisposable
{
    private (string Net, int Height, int Width) _which;
    private CamModel? _last;

    public void Dispose() => _last?.Dispose();

    /// <summary>
    /// The network of a case at its input's size: NAME.pt beside the goldens, or an architecture with the formula's weights.
    /// </summary>
    internal CamModel Of(AttributionCase golden)
    {
        var which = (golden.Net, golden.Height, golden.Width);
        if (_last is null || _which != which)
        {
            _last?.Dispose();
            string file = Path.Combine(AttributionGoldens.Folder, golden.Net + ".pt");
            _last = File.Exists(file)
                ? ModelImporter.Import(file, new ModelOptions { InputSize = [golden.Height, golden.Width] }, _ => { })
                : GoldenModels.Build(golden.Net, golden.Height, golden.Width);
            _which = which;
        }
        return _last;
    }
}

/// <summary>Runs the cases of one network after the other, so that each network is made once.</summary>
internal sealed class ByKey : Xunit.Sdk.ITestCaseOrderer
{
    public const string Type = "EasyExplain.Tests.Explanation.ByKey", Assembly = "EasyExplain.Core.Tests";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> cases)
        where TTestCase : Xunit.Abstractions.ITestCase =>
        cases.OrderBy(test => test.TestMethodArguments is [string key, ..] ? key : "", StringComparer.Ordinal);
}
