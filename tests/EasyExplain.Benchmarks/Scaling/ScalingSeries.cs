using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks.Scaling;

/// <summary>Times explanations while one quantity grows.</summary>
internal static class ScalingSeries
{
    private const int Masks = 64; // channels of ResNet-18's layer1
    private static readonly int[] BatchSizes = [1, 2, 4, 8, 16, 32, 64];
    private static readonly int[] LayerCounts = [1, 2, 4, 8, 16];
    private static readonly int[] ImageCounts = [1, 10, 100, 1000];
    private static readonly double[] Megapixels = [0.25, 1, 4, 16, 64];

    /// <summary>All five, each when it is measured.</summary>
    /// <param name="rounds">How often each value is timed; all values of a quantity in turn.</param>
    public static IEnumerable<Series> Measure(int rounds)
    {
        yield return OfBatchSize(rounds);
        yield return OfLayers(rounds);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-scaling-");
        try
        {
            yield return OfImages(rounds, folder.FullName);
            yield return OfMegapixels(rounds, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        yield return OfThreads(rounds);
    }

    /// <summary>The work stays the same, in fewer and larger steps.</summary>
    private static Series OfBatchSize(int rounds)
    {
        using var resnet = new Subject("resnet18");
        return new Series("batch size", $"ScoreCAM of ResNet-18, {Masks} masks", "as many passes of ready pictures", _ => 1, Time(rounds,
            BatchSizes.Select(size => new Contest(size, resnet.Explanation("ScoreCAM", size, ["layer1"]),
                resnet.Forward([], size, Masks / size)))));
    }

    /// <summary>The last block first. Each choice has a model of its own: a model keeps what was compiled for a few choices only.</summary>
    private static Series OfLayers(int rounds)
    {
        string[] blocks = [.. new[] { 3, 4, 6, 3 }.SelectMany((count, stage) =>
            Enumerable.Range(0, count).Select(block => $"layer{stage + 1}.{block}"))];
        Subject[] subjects = [.. LayerCounts.Select(_ => new Subject("resnet50"))];
        try
        {
            return new Series("layers", "LayerCAM of the last blocks of ResNet-50", "the way forward", count => count, Time(rounds,
                LayerCounts.Zip(subjects, (count, subject) =>
                    new Contest(count, subject.Explanation("LayerCAM", blocks[^count..]), subject.Forward(blocks[^count..])))));
        }
        finally
        {
            Array.ForEach(subjects, subject => subject.Dispose());
        }
    }

    /// <summary>A model is imported for each run, so that the first image has all that comes once.</summary>
    private static Series OfImages(int rounds, string folder)
    {
        string photo = Path.Combine(folder, "photo.jpg");
        ImageEncoder.Save(PhotoResizer.ScaleTo(ImageDecoder.Decode(Repository.Photo("cat.jpg")), 640), photo, ImageFormat.Jpeg);
        Func<IDisposable?> Run(int count) => () =>
        {
            using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
            Explainer explainer = ExplainerOf(model);
            for (int image = 0; image < count; image++)
            {
                Export(explainer, photo);
            }
            return null;
        };
        Func<IDisposable?> once = () =>
        {
            using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
            ExplainerOf(model).Explain(Photo.Black(32, 32), null);
            return null;
        };
        return new Series("images", "LayerCAM of the bundled model, JPEG to overlay, with import", "import and first explanation", count =>
            count,
            Time(rounds, ImageCounts.Select(count => new Contest(count, Run(count), once))));
    }

    private static Series OfMegapixels(int rounds, string folder)
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        Explainer explainer = ExplainerOf(model);
        Contest At(double megapixels)
        {
            int height = (int)Math.Sqrt(megapixels * 1e6 * 3 / 4), width = height * 4 / 3;
            string path = Path.Combine(folder, FormattableString.Invariant($"{megapixels}.jpg"));
            ImageEncoder.Save(SyntheticPhoto.Draw(width, height), path, ImageFormat.Jpeg);
            return new Contest(megapixels, () => Export(explainer, path), () =>
            {
                ImageDecoder.Decode(path);
                return null;
            });
        }
        return new Series("megapixels", "LayerCAM of the bundled model, JPEG to overlay at 1024", "decoding at full size", size =>
            size, Time(rounds, Megapixels.Select(At)));
    }

    private static Series OfThreads(int rounds)
    {
        int all = get_num_threads();
        int[] counts = [.. Enumerable.Range(0, 7).Select(power => 1 << power).Where(count => count <= Environment.ProcessorCount)];
        Subject[] subjects = [.. counts.Select(_ => new Subject("resnet50"))];
        Func<IDisposable?> With(int threads, Func<IDisposable?> work) => () =>
        {
            set_num_threads(threads);
            return work();
        };
        try
        {
            return new Series("threads", "LayerCAM of layer2, layer3 and layer4 of ResNet-50", "ONNX Runtime's inference", count =>
                1.0 / count, Time(rounds,
                counts.Zip(subjects, (count, subject) => new Contest(count,
                    With(count, subject.Explanation("LayerCAM", "layer2", "layer3", "layer4")), With(count, subject.OnnxInference())))));
        }
        finally
        {
            set_num_threads(all);
            Array.ForEach(subjects, subject => subject.Dispose());
        }
    }

    private static Explainer ExplainerOf(CamModel model) =>
        new(model, LayerSelection.Select(model, ["layer3"]), [LayerCAM.Method], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1));

    private static IDisposable? Export(Explainer explainer, string path)
    {
        CamExplanation explanation = explainer.Explain(ImageDecoder.Decode(path), path)[0];
        ImageEncoder.Save(new CamPicture(0.5, Colormap.Jet, 0.5, MaxSize: 1024).Draw(explanation, OverlayStyle.Overlay), path
            + ".overlay.jpg", ImageFormat.Jpeg);
        return null;
    }

    private static Point[] Time(int rounds, IEnumerable<Contest> contests)
    {
        Contest[] all = [.. contests];
        double[] medians = SideBySide.Medians(rounds, () => { }, [.. all.SelectMany(contest => new[] { contest.Work, contest.Part })]);
        return [.. all.Select((contest, index) => new Point(contest.Value, medians[2 * index], medians[2 * index + 1]))];
    }

    private sealed record Contest(double Value, Func<IDisposable?> Work, Func<IDisposable?> Part);
}
