using System.Diagnostics;
using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>
/// A folder of large photos through ResNet-50 and LayerCAM at layer4 to overlays: the cmdlets against the Python libraries' way, and beside
/// a busy process.
/// </summary>
internal static class FolderRows
{
    private const int Photos = 12;
    private const int Rounds = 5;
    private const int OverlaySize = 1024;
    private const int Quality = 90;
    private const double Target = 4;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        const string AsTorchCam = "images per second / as torch-cam does it, one step after another";
        const string EndToEnd = "12-megapixel JPEGs to overlays of 1024 pixels, " + AsTorchCam;
        const string EndToEndInBytes = "12-megapixel JPEGs to overlays of 1024 pixels in Int8, " + AsTorchCam;
        const string Busy = "12-megapixel JPEGs to overlays of 1024 pixels, images per second beside a process that keeps one core busy " +
            "/ alone";
        if (!wanted(EndToEnd) && !wanted(EndToEndInBytes) && !wanted(Busy))
        {
            yield break;
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        try
        {
            using var resnet = new Subject("resnet50");
            string photos = Path.Combine(folder.FullName, "photos"), weights = Path.Combine(folder.FullName, "resnet50.safetensors");
            LargePhotos.Write(photos, Photos);
            SafetensorsWriter.Write(weights,
                resnet.Model.Network.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
            string Cmdlets(string name, string options) => PowerShellProcess.Write(folder, name, $$"""
                Import-Module {{PowerShellProcess.Module}}
                $model = Import-CamModel {{PowerShellProcess.Quoted(weights)}} {{options}}
                function Measure-Folder {
                    $watch = [Diagnostics.Stopwatch]::StartNew()
                    Invoke-CamExplanation {{PowerShellProcess.Quoted(Path.Combine(photos, "*.jpg"))}} -Model $model -Method LayerCAM -Layer layer4 |
                        Export-CamOverlay {{PowerShellProcess.Quoted(Path.Combine(folder.FullName, "overlays"))}} -Format Jpeg
                    $watch.Elapsed.TotalSeconds
                }
                $null = Measure-Folder # .NET compiles what is used often anew
                Measure-Folder
                """);
            string cmdlets = Cmdlets("folder.ps1", "");
            string inBytes = Cmdlets("bytes.ps1", $"-Precision Int8 -CalibrationPath {PowerShellProcess.Quoted(photos)}");
            double Seconds(string script) => double.Parse(PowerShellProcess.Run(script), CultureInfo.InvariantCulture);
            double Alone() => Seconds(cmdlets);
            string overlays = Directory.CreateDirectory(Path.Combine(folder.FullName, "as torch-cam")).FullName;
            if (wanted(EndToEnd))
            {
                FolderStages.Print(resnet, photos, OverlaySize, Quality);
                var (ours, theirs) = Medians(Alone, () => OneAfterAnother(resnet, photos, overlays));
                Console.Error.WriteLine($"{Photos / ours:f1} images a second, {Photos / theirs:f1} as torch-cam does it");
                yield return new Row(EndToEnd, Target, theirs / ours, AtLeast: true);
            }
            if (wanted(EndToEndInBytes))
            {
                if (!ByteProducts.AreFast)
                {
                    yield return new Row(EndToEndInBytes, Target, null, AtLeast: true) { Lacks = "VNNI" };
                }
                else
                {
                    var (ours, theirs) = Medians(() => Seconds(inBytes), () => OneAfterAnother(resnet, photos, overlays));
                    Console.Error.WriteLine($"{Photos / ours:f1} images a second in Int8, {Photos / theirs:f1} as torch-cam does it");
                    yield return new Row(EndToEndInBytes, Target, theirs / ours, AtLeast: true);
                }
            }
            if (wanted(Busy))
            {
                var (alone, beside) = Medians(Alone, () =>
                {
                    using var neighbour = new BusyNeighbour();
                    return Alone();
                });
                Console.Error.WriteLine($"{Photos / alone:f1} images a second alone, {Photos / beside:f1} beside a busy process");
                yield return new Row(Busy, 0.45, alone / beside, AtLeast: true);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (double First, double Second) Medians(Func<double> first, Func<double> second)
    {
        (double First, double Second)[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => (first(), second()))];
        return (SideBySide.Median(rounds.Select(round => round.First)), SideBySide.Median(rounds.Select(round => round.Second)));
    }

    /// <summary>
    /// Yardstick (b): a photo decoded whole, resized to the input, explained as torch-cam does, resized to the overlay, painted over,
    /// encoded; then the next.
    /// </summary>
    /// <remarks>
    /// What Python does with Pillow and NumPy is done by this project's own code, which takes about as long in all: Pillow decodes faster
    /// (its libjpeg has vectors), and resizes and paints more slowly. torch-cam's overlay_mask paints all 12 megapixels, which is
    /// spared the yardstick: here too only what is kept is painted.
    /// </remarks>
    private static double OneAfterAnother(Subject resnet, string photos, string overlays)
    {
        var torchCam = new TorchCam(resnet, ["layer4"]);
        Preprocessing preprocessing = resnet.Model.Preprocessing;
        long start = Stopwatch.GetTimestamp();
        foreach (string file in Directory.GetFiles(photos))
        {
            Photo photo = ImageDecoder.Decode(file);
            using Tensor input = preprocessing.ToInput(photo), map = torchCam.LayerCam(input);
            var values = new float[map.shape[1], map.shape[2]];
            Buffer.BlockCopy(map.data<float>().ToArray(), 0, values, 0, values.Length * sizeof(float));
            Photo small = PhotoResizer.FitWithin(photo, OverlaySize);
            PixelRegion seen = preprocessing.RegionOf(photo.Width, photo.Height)
                .Scale((double)small.Width / photo.Width, (double)small.Height / photo.Height);
            Photo overlay = Overlay.Blend(small, values, seen, Colormap.Jet, alpha: 0.5);
            ImageEncoder.Save(overlay, Path.Combine(overlays, Path.GetFileName(file)), ImageFormat.Jpeg, Quality);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
