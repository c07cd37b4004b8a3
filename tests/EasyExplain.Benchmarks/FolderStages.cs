using System.Diagnostics;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>
/// Where the time of a folder goes: each stage of a photo by itself, ours and as torch-cam does it. In a pipeline, only the longer of two
/// halves counts: reading and writing run beside the network.
/// </summary>
internal static class FolderStages
{
    private const int Times = 3;

    /// <summary>Writes a table of the stages' medians in milliseconds.</summary>
    public static void Print(Subject resnet, string photos, int overlaySize, int quality)
    {
        var explainer = new Explainer(resnet.Model, LayerSelection.Select(resnet.Model, ["layer4"]), [LayerCAM.Method],
            ClassChoice.Predicted, new MethodSettings(null, 0, 0, 16));
        var torchCam = new TorchCam(resnet, ["layer4"]);
        var times = new Dictionary<(string Stage, bool Ours), List<double>>();
        string drawn = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.jpg");
        foreach (string file in Enumerable.Repeat(Directory.GetFiles(photos), Times).SelectMany(all => all))
        {
            using DisposeScope scope = NewDisposeScope();
            Photo reduced = Timed("read and decode", true, () => CamPicture.Decode(file, resnet.Model));
            Photo whole = Timed("read and decode", false, () => ImageDecoder.Decode(file));
            Tensor input = Timed("input", false, () => resnet.Model.Preprocessing.ToInput(whole));
            Timed("input", true, () => resnet.Model.Preprocessing.ToInput(reduced));
            CamExplanation explanation = Timed("explanation, its input included", true, () => explainer.Explain(reduced, file)[0]);
            Timed("explanation", false, () => torchCam.LayerCam(input));
            Photo overlay = Timed("resized and painted", true,
                () => new CamPicture(0.5, null, 0.5, overlaySize).Draw(explanation, OverlayStyle.Overlay));
            float[,] map = explanation.Maps[0].ToArray();
            Timed("resized and painted", false, () =>
            {
                Photo small = PhotoResizer.FitWithin(whole, overlaySize);
                return Overlay.Blend(small, map, new PixelRegion(0, 0, small.Width, small.Height), Colormap.Jet, 0.5);
            });
            foreach (bool ours in new[] { true, false })
            {
                Timed("encoded and written", ours, () =>
                {
                    ImageEncoder.Save(overlay, drawn, ImageFormat.Jpeg, quality);
                    return drawn;
                });
            }
        }
        File.Delete(drawn);
        Console.Error.WriteLine("| stage of a 12-megapixel JPEG | ours, ms | as torch-cam does it, ms |\n| --- | --- | --- |");
        foreach (string stage in times.Keys.Select(key => key.Stage).Distinct())
        {
            Console.Error.WriteLine($"| {stage} | {Of(stage, true)} | {Of(stage, false)} |");
        }

        string Of(string stage, bool ours) =>
            times.TryGetValue((stage, ours), out List<double>? all) ? FormattableString.Invariant($"{SideBySide.Median(all):f1}") : "";

        T Timed<T>(string stage, bool ours, Func<T> work)
        {
            long start = Stopwatch.GetTimestamp();
            T made = work();
            times.TryAdd((stage, ours), []);
            times[(stage, ours)].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return made;
        }
    }
}
