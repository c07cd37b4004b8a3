using System.Text.Json;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Training;
using EasyExplain.Training.Detection;

namespace EasyExplain.Tests.Detectors;

/// <summary>An object on a canvas, and where.</summary>
internal sealed record CanvasThing(int Class, DetectionBox Box);

/// <summary>A canvas of which we know what is on it.</summary>
internal sealed record TestCanvas(Photo Photo, IReadOnlyList<CanvasThing> Things)
{
    /// <summary>Where CIFAR-10's test images are, in the developers' folder.</summary>
    public const string Cifar = "datasets/cifar10/test.zip";

    /// <summary>The 40 in tests/data/detection/canvases.</summary>
    public static IReadOnlyList<TestCanvas> Stored()
    {
        using var truth = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("detection", "canvases", "instances.json")));
        ILookup<int, CanvasThing> things = truth.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(
            one => one.GetProperty("image_id").GetInt32(),
            one => new CanvasThing(one.GetProperty("category_id").GetInt32() - 1,
                one.GetProperty("bbox").EnumerateArray().Select(number => number.GetDouble()).ToArray() is [var x, var y, var w, var h]
                    ? new DetectionBox(x, y, w, h) : throw new InvalidDataException("A box has four numbers.")));
        return
        [
            .. truth.RootElement.GetProperty("images").EnumerateArray().Select(image => new TestCanvas(
                ImageDecoder.Decode(Repository.Data("detection", "canvases", "images", image.GetProperty("file_name").GetString()!)),
                [.. things[image.GetProperty("id").GetInt32()]])),
        ];
    }

    /// <summary>The 200 on which the tool tests what it trained; the first 40 of them are those that are stored, before JPEG.</summary>
    public static IReadOnlyList<TestCanvas> Made()
    {
        const int count = 200, seed = 2026, least = 1, most = 4; // as DetectorOptions has them
        using ImageSet images = ImageSet.Load(Repository.Shared(Cifar));
        return
        [
            .. Enumerable.Range(0, count).Select(number => CanvasMaker.Make(images, seed, number, least, most)).Select(canvas => new TestCanvas(
                new Photo(Canvas.Side, Canvas.Side, canvas.Rgb),
                [.. canvas.Objects.Select(one => new CanvasThing(one.Class, new DetectionBox(one.X, one.Y, one.Width, one.Height)))])),
        ];
    }

    /// <summary>The canvas with the inside of a box in the canvas's mean colour.</summary>
    public Photo Without(DetectionBox box)
    {
        byte[] rgb = [.. Photo.Rgb];
        for (int channel = 0; channel < 3; channel++)
        {
            byte mean = (byte)Math.Round(Enumerable.Range(0, rgb.Length / 3).Average(pixel => Photo.Rgb[pixel * 3 + channel]));
            for (int y = (int)box.Y; y < box.Y + box.Height; y++)
            {
                for (int x = (int)box.X; x < box.X + box.Width; x++)
                {
                    rgb[(y * Photo.Width + x) * 3 + channel] = mean;
                }
            }
        }
        return new Photo(Photo.Width, Photo.Height, rgb);
    }
}
