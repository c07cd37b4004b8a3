using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>A long run through the engine: decode, explain by three methods, draw, encode.</summary>
internal static class SoakEngine
{
    // A larger network takes its turn now and then, so that blocks of other sizes come and go between the small one's.
    private const int LargerEvery = 8;

    /// <summary>The methods: gradients, noisy copies and further passes, and a decomposition.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["LayerCAM", "SmoothGradCAMPlusPlus", "EigenCAM"];

    /// <summary>Runs through <paramref name="files"/>.</summary>
    /// <param name="files">The file of each image.</param>
    /// <param name="results">The folder for the pictures.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="precision">In what numbers.</param>
    /// <returns>Readings before the first and at 10 %, 50 % and 100 %, each when it is taken.</returns>
    public static IEnumerable<Reading> Run(IReadOnlyList<string> files, string results, string model, Precision precision)
    {
        using CamModel small = ModelImporter.Import(model, SoakModel.Options(precision), _ => { });
        using var larger = new Subject("resnet18", precision);
        Explainer ofSmall = ExplainerOf(small, SoakModel.Layers(precision)),
            ofLarger = ExplainerOf(larger.Model, precision == Precision.Int8 ? ["layer4"] : ["layer2", "layer3", "layer4"]);
        var picture = new CamPicture(0.5, Colormap.Jet, 0.5, MaxSize: 1024);
        IReadOnlyDictionary<int, int> moments = Reading.Moments(files.Count);
        int refused = 0;
        for (int done = 0; done <= files.Count; done++)
        {
            if (done > 0 && !Export(files[done - 1], done % LargerEvery == 0 ? ofLarger : ofSmall, picture, results))
            {
                refused++;
            }
            if (moments.TryGetValue(done, out int percent))
            {
                yield return Reading.Take(percent, done - refused, refused);
            }
        }
    }

    /// <summary>Whether the file was an image.</summary>
    private static bool Export(string file, Explainer explainer, CamPicture picture, string results)
    {
        try
        {
            foreach (CamExplanation explanation in explainer.Explain(ImageDecoder.Decode(file), file))
            {
                string path = Path.Combine(results, $"{Path.GetFileName(file)}_{explanation.Method}.jpg");
                ImageEncoder.Save(picture.Draw(explanation, OverlayStyle.Overlay), path, ImageFormat.Jpeg);
            }
            return true;
        }
        catch (ImageFileException)
        {
            return false;
        }
    }

    private static Explainer ExplainerOf(CamModel model, IReadOnlyList<string> layers) =>
        new(model, LayerSelection.Select(model, layers), [.. Methods.Select(MethodCatalog.Find)], ClassChoice.Predicted,
            new MethodSettings(4, 0.3, 1, 4));
}
