using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>How far maps in bfloat16 are from those in float32: of a trained network, for real photos.</summary>
internal static class HalfMaps
{
    /// <summary>The largest difference between two maps' cells, of the range 0 to 1, for any of the photos in examples/.</summary>
    /// <param name="layers">Layers of the bundled model.</param>
    public static double LargestDifference(params string[] layers)
    {
        using CamModel full = Bundled(Precision.Float32), half = Bundled(Precision.BFloat16);
        return Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", "photos"), "*.jpg").Max(path =>
        {
            Photo photo = ImageDecoder.Decode(path);
            CamExplanation expected = Explain(full, photo, layers, ClassChoice.Predicted);
            CamExplanation actual = Explain(half, photo, layers, ClassChoice.Of(full, expected.Label));
            return expected.Maps.Zip(actual.Maps).Max(pair => Largest(pair.First.ToArray(), pair.Second.ToArray()));
        });
    }

    private static double Largest(float[,] one, float[,] other) =>
        one.Cast<float>().Zip(other.Cast<float>(), (x, y) => Math.Abs(x - y)).Max();

    private static CamExplanation Explain(CamModel model, Photo photo, string[] layers, ClassChoice @class) =>
        new Explainer(model, LayerSelection.Select(model, layers), [LayerCAM.Method], @class, new MethodSettings(1, 0, 0, 1))
            .Explain(photo, null)[0];

    private static CamModel Bundled(Precision precision) =>
        ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { Precision = precision }, _ => { });
}
