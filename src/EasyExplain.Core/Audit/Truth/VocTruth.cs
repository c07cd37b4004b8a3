using System.Globalization;
using System.Xml;
using EasyExplain.Detectors;

namespace EasyExplain.Audit.Truth;

/// <summary>
/// Pascal VOC's annotations: an .xml for each photo, with an object for each thing, its name and the pixels that its box begins and ends
/// with, counted from 1.
/// </summary>
/// <remarks>http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf. Nothing outside of the file is read.</remarks>
internal sealed class VocTruth(PhotoFiles<string> files) : GroundTruth
{
    private const int Largest = 4 << 20; // characters
    private const int Deepest = 32;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = Largest,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<TrueThing>? Of(string photo, int width, int height)
    {
        if (files.Of(photo) is not { } file)
        {
            return null;
        }
        try
        {
            using var stream = new StreamReader(file);
            using var xml = XmlReader.Create(stream, Settings);
            return Read(file, xml, photo, width, height);
        }
        catch (XmlException e)
        {
            throw TruthException.At(file, string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber}"), e.Message, e);
        }
    }

    private static List<TrueThing> Read(string file, XmlReader xml, string photo, int width, int height)
    {
        var things = new List<TrueThing>();
        var way = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal); // of the object that is being read
        int line = 0;
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    if (way.Count >= Deepest)
                    {
                        throw Wrong($"elements lie more than {Deepest} deep.");
                    }
                    if (way.Count == 0 && xml.LocalName != "annotation")
                    {
                        throw Wrong($"it begins with <{xml.LocalName}>, and Pascal VOC with <annotation>.");
                    }
                    if (!xml.IsEmptyElement)
                    {
                        way.Add(xml.LocalName);
                    }
                    if (way is ["annotation", "object"] && xml.LocalName == "object")
                    {
                        values.Clear();
                        line = ((IXmlLineInfo)xml).LineNumber;
                    }
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    values[string.Join('/', way.Skip(1))] = xml.Value.Trim();
                    break;
                case XmlNodeType.EndElement:
                    if (way is ["annotation", "object"])
                    {
                        things.Add(Thing());
                    }
                    else if (way is ["annotation", "size"] && (Size("width") ?? width, Size("height") ?? height) is var (w, h)
                        && (w, h) != (width, height) && w > 0 && h > 0)
                    {
                        throw new TruthException(file, string.Create(CultureInfo.InvariantCulture,
                            $"says that the photo has {w}×{h} pixels, and '{photo}' has {width}×{height}: its boxes are of another one."));
                    }
                    way.RemoveAt(way.Count - 1);
                    break;
            }
        }
        return things;

        TrueThing Thing()
        {
            (double left, double top, double right, double bottom) = (Number("xmin"), Number("ymin"), Number("xmax"), Number("ymax"));
            if (right < left || bottom < top)
            {
                throw Wrong("a box ends before it begins.");
            }
            double x = Math.Clamp(left - 1, 0, width), y = Math.Clamp(top - 1, 0, height);
            var box = new DetectionBox(x, y, Math.Clamp(right, 0, width) - x, Math.Clamp(bottom, 0, height) - y);
            return values.TryGetValue("object/name", out string? name) && name.Length > 0 && box is { Width: > 0, Height: > 0 }
                ? new TrueThing(name, -1, box, values.GetValueOrDefault("object/difficult") is "1" or "true")
                : throw Wrong("an object has a name and a box in the photo.");
        }

        double Number(string side) => double.TryParse(values.GetValueOrDefault($"object/bndbox/{side}"), NumberStyles.Float,
            CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
            : throw Wrong($"<{side}> of <bndbox> is no number.");

        int? Size(string side) => int.TryParse(values.GetValueOrDefault($"size/{side}"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int pixels) ? pixels : null;

        TruthException Wrong(string what) => TruthException.At(file, string.Create(CultureInfo.InvariantCulture,
            $"line {(line > 0 ? line : ((IXmlLineInfo)xml).LineNumber)}"), what);
    }
}
