using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using EasyExplain.Imaging;

namespace EasyExplain.Training.Detection;

/// <summary>
/// Canvases as files: <c>images/0000.jpg</c>, and their truth thrice: <c>instances.json</c> as COCO has it, <c>labels/0000.txt</c> and
/// <c>classes.txt</c> as YOLO has them, <c>annotations/0000.xml</c> as Pascal VOC has it.
/// </summary>
internal static class CanvasFiles
{
    private const int Quality = 95;

    /// <summary>Writes them into a folder, which is made.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="canvases">What.</param>
    /// <param name="classes">Their names.</param>
    /// <param name="described">How many get a file of Pascal VOC, from the first on.</param>
    public static void Write(string folder, IReadOnlyList<Canvas> canvases, IReadOnlyList<string> classes, int described)
    {
        foreach (string part in (string[])["images", "labels", "annotations"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }
        for (int i = 0; i < canvases.Count; i++)
        {
            ImageEncoder.Save(new Photo(Canvas.Side, Canvas.Side, canvases[i].Rgb), Path.Combine(folder, "images", FileName(i)),
                ImageFormat.Jpeg, Quality);
            File.WriteAllLines(Path.Combine(folder, "labels", $"{i:D4}.txt"), canvases[i].Objects.Select(YoloLine));
            if (i < described)
            {
                PascalVoc(FileName(i), canvases[i], classes).Save(Path.Combine(folder, "annotations", $"{i:D4}.xml"));
            }
        }
        File.WriteAllLines(Path.Combine(folder, "classes.txt"), classes);
        File.WriteAllText(Path.Combine(folder, "instances.json"), Coco(canvases, classes) + "\n");
    }

    private static string FileName(int number) => $"{number:D4}.jpg";

    /// <summary>The class's number from 0, then centre, width and height as parts of the picture's sides.</summary>
    private static string YoloLine(CanvasObject one) => string.Create(CultureInfo.InvariantCulture,
        $"{one.Class} {Part(one.X + one.Width / 2.0)} {Part(one.Y + one.Height / 2.0)} {Part(one.Width)} {Part(one.Height)}");

    private static string Part(double pixels) => (pixels / Canvas.Side).ToString("0.########", CultureInfo.InvariantCulture);

    /// <summary>Corners are the first and the last pixel, counted from 1.</summary>
    private static XElement PascalVoc(string name, Canvas canvas, IReadOnlyList<string> classes) => new("annotation",
        new XElement("folder", "images"),
        new XElement("filename", name),
        new XElement("size", new XElement("width", Canvas.Side), new XElement("height", Canvas.Side), new XElement("depth", 3)),
        new XElement("segmented", 0),
        canvas.Objects.Select(one => new XElement("object",
            new XElement("name", classes[one.Class]),
            new XElement("pose", "Unspecified"),
            new XElement("truncated", 0),
            new XElement("difficult", 0),
            new XElement("bndbox",
                new XElement("xmin", one.X + 1), new XElement("ymin", one.Y + 1),
                new XElement("xmax", one.X + one.Width), new XElement("ymax", one.Y + one.Height)))));

    /// <summary>Boxes are x, y, width and height; numbers of pictures, categories and annotations count from 1.</summary>
    private static string Coco(IReadOnlyList<Canvas> canvases, IReadOnlyList<string> classes)
    {
        var annotations = canvases.SelectMany((canvas, picture) => canvas.Objects.Select(one => (picture, one)));
        return JsonSerializer.Serialize(new
        {
            images = canvases.Select((_, i) =>
                new { id = i + 1, file_name = FileName(i), width = Canvas.Side, height = Canvas.Side }),
            categories = classes.Select((name, i) => new { id = i + 1, name }),
            annotations = annotations.Select((pair, i) => new
            {
                id = i + 1,
                image_id = pair.picture + 1,
                category_id = pair.one.Class + 1,
                bbox = (int[])[pair.one.X, pair.one.Y, pair.one.Width, pair.one.Height],
                area = pair.one.Width * pair.one.Height,
                iscrowd = 0,
            }),
        });
    }
}
