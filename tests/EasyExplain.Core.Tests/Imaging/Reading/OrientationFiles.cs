using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>Files that say in each known way how they are turned, made of files that do not say.</summary>
internal static class OrientationFiles
{
    private const string Attribute = "tiff:Orientation=\"{0}\"/>", Element = "><tiff:Orientation>{0}</tiff:Orientation></rdf:Description>";

    private const string Png = "formats/rgb.png", Webp = "orientation/w_exif6.webp", Jpeg = "orientation/none.jpg",
        TiffFile = "formats/orientation_2.tif";

    private static readonly byte[] Prefix = [.. "Exif\0\0"u8];
    private static readonly byte[] ProfileKey = [.. "Raw profile type exif\0"u8];
    private static readonly byte[] XmpKey = [.. "XML:com.adobe.xmp\0"u8];
    private static readonly byte[] Namespace = [.. "http://ns.adobe.com/xap/1.0/\0"u8];

    /// <summary>Every way of saying it: what file it begins with, and how it is changed to say so.</summary>
    internal static readonly IReadOnlyDictionary<string, (string File, Func<byte[], int, byte[]> Say)> Ways =
        new Dictionary<string, (string, Func<byte[], int, byte[]>)>
        {
            ["PNG, eXIf"] = (Png, (file, value) => With(file, "eXIf", Tiff(value))),
            ["PNG, eXIf, big-endian"] = (Png, (file, value) => With(file, "eXIf", Tiff(value, little: false))),
            ["PNG, eXIf with JPEG's prefix"] = (Png, (file, value) => With(file, "eXIf", [.. Prefix, .. Tiff(value)])),
            ["PNG, eXIf behind the pixels"] = (Png, (file, value) => With(file, "eXIf", Tiff(value), atEnd: true)),
            ["PNG, tEXt"] = (Png, (file, value) => With(file, "tEXt", [.. ProfileKey, .. Profile(value)])),
            ["PNG, tEXt in capitals"] = (Png, (file, value) => With(file, "tEXt", [.. ProfileKey, .. Encoding.ASCII.GetBytes(
                Encoding.ASCII.GetString(Profile(value)).ToUpperInvariant())])),
            ["PNG, zTXt"] = (Png, (file, value) => With(file, "zTXt", [.. ProfileKey, 0, .. Packed(Profile(value))])),
            ["PNG, zTXt behind the pixels"] =
                (Png, (file, value) => With(file, "zTXt", [.. ProfileKey, 0, .. Packed(Profile(value))], atEnd: true)),
            ["PNG, iTXt"] = (Png, (file, value) => With(file, "iTXt", [.. ProfileKey, 0, 0, 0, 0, .. Profile(value)])),
            ["PNG, packed iTXt"] = (Png, (file, value) => With(file, "iTXt", [.. ProfileKey, 1, 0, 0, 0, .. Packed(Profile(value))])),
            ["PNG, XMP attribute"] = (Png, (file, value) => With(file, "iTXt", [.. XmpKey, 0, 0, 0, 0, .. Xmp(Attribute, value)])),
            ["PNG, XMP element"] = (Png, (file, value) => With(file, "iTXt", [.. XmpKey, 0, 0, .. "en\0\0"u8, .. Xmp(Element, value)])),
            ["PNG, packed XMP"] = (Png, (file, value) => With(file, "iTXt", [.. XmpKey, 1, 0, 0, 0, .. Packed(Xmp(Element, value))])),
            ["PNG, XMP beside EXIF data without an orientation"] = (Png, (file, value) => With(
                With(file, "iTXt", [.. XmpKey, 0, 0, 0, 0, .. Xmp(Attribute, value)]), "eXIf", Tiff(value, tag: 0x0110))),
            ["PNG, EXIF before XMP"] = (Png, (file, value) => With(
                With(file, "iTXt", [.. XmpKey, 0, 0, 0, 0, .. Xmp(Attribute, value % 8 + 1)]), "eXIf", Tiff(value))),
            ["PNG, eXIf before a text"] = (Png, (file, value) => With(
                With(file, "tEXt", [.. ProfileKey, .. Profile(value % 8 + 1)]), "eXIf", Tiff(value))),
            ["WebP, EXIF"] = (Webp, (file, value) => Riff(file, 8, ("EXIF", Tiff(value)))),
            ["WebP, EXIF with JPEG's prefix"] = (Webp, (file, value) => Riff(file, 8, ("EXIF", [.. Prefix, .. Tiff(value)]))),
            ["WebP, EXIF with the prefix twice"] = (Webp, (file, value) => Riff(file, 8, ("EXIF", [.. Prefix, .. Prefix, .. Tiff(value)]))),
            ["WebP, XMP attribute"] = (Webp, (file, value) => Riff(file, 4, ("XMP ", Xmp(Attribute, value)))),
            ["WebP, XMP element"] = (Webp, (file, value) => Riff(file, 4, ("XMP ", Xmp(Element, value)))),
            ["WebP, EXIF before XMP"] = (Webp, (file, value) =>
                Riff(file, 12, ("EXIF", Tiff(value)), ("XMP ", Xmp(Element, value % 8 + 1)))),
            ["JPEG, SHORT"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value)])),
            ["JPEG, LONG"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 4)])),
            ["JPEG, LONG, big-endian"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 4, little: false)])),
            ["JPEG, SLONG"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 9)])),
            ["JPEG, SSHORT, big-endian"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 8, little: false)])),
            ["JPEG, SBYTE"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 6)])),
            ["JPEG, FLOAT"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(BitConverter.SingleToInt32Bits(value), type: 11)])),
            ["JPEG, RATIONAL"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 5)])),
            ["JPEG, SRATIONAL, big-endian"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 10, little: false)])),
            ["JPEG, LONGs apart"] = (Jpeg, (file, value) => App1(file, [.. Prefix, .. Tiff(value, type: 4, count: 2)])),
            ["JPEG, XMP attribute"] = (Jpeg, (file, value) => App1(file, [.. Namespace, .. Xmp(Attribute, value)])),
            ["JPEG, XMP element"] = (Jpeg, (file, value) => App1(file, [.. Namespace, .. Xmp(Element, value)])),
            ["TIFF, LONG"] = (TiffFile, (file, value) => Retyped(file, 4, value)),
            ["TIFF, SLONG"] = (TiffFile, (file, value) => Retyped(file, 9, value)),
        };

    /// <summary>Two tags, of which the second says it.</summary>
    internal static byte[] Tiff(int value, int type = 3, bool little = true, int tag = 0x0112, int count = 1)
    {
        bool isRatio = type is 5 or 10, isFar = count > 1 || isRatio;
        byte[] tiff = new byte[38 + (isFar ? 4 * count + 4 : 0)];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Put(4, 4, 8);
        Put(8, 2, 2);
        (int Tag, int Type, int Count)[] entries = [(0x0100, 4, 1), (tag, type, count)];
        for (int i = 0; i < entries.Length; i++)
        {
            int at = 10 + 12 * i;
            Put(at, 2, entries[i].Tag);
            Put(at + 2, 2, entries[i].Type);
            Put(at + 4, 4, entries[i].Count);
        }
        if (isFar)
            Put(30, 4, 38);
        Put(isFar ? 38 : 30, type is 1 or 6 ? 1 : type is 3 or 8 ? 2 : 4, value);
        if (isRatio)
            Put(42, 4, 1);
        return tiff;

        void Put(int at, int size, int number)
        {
            for (int i = 0; i < size; i++)
                tiff[at + (little ? i : size - 1 - i)] = (byte)(number >> 8 * i);
        }
    }

    /// <summary>A PNG with one more chunk, before its pixels or behind them.</summary>
    internal static byte[] With(byte[] png, string type, byte[] data, bool atEnd = false)
    {
        byte[] chunk = PictureNote.PngChunk([.. Encoding.ASCII.GetBytes(type), .. data]);
        int at = atEnd ? png.Length - 12 : 33;
        return [.. png[..at], .. chunk, .. png[at..]];
    }

    /// <summary>As zlib packs it.</summary>
    internal static byte[] Packed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>The pixels of a stored picture, turned as TIFF 6.0 describes its orientations.</summary>
    internal static Photo Turned(Photo stored, int orientation)
    {
        bool swapped = orientation > 4;
        int width = swapped ? stored.Height : stored.Width, height = swapped ? stored.Width : stored.Height;
        byte[] rgb = new byte[stored.Rgb.Length];
        for (int y = 0; y < stored.Height; y++)
        {
            for (int x = 0; x < stored.Width; x++)
            {
                // Where row 0 and column 0 of the stored picture are: 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top,
                // ...
                int right = stored.Width - 1 - x, down = stored.Height - 1 - y;
                (int newX, int newY) = orientation switch
                {
                    2 => (right, y),
                    3 => (right, down),
                    4 => (x, down),
                    5 => (y, x),
                    6 => (down, x),
                    7 => (down, right),
                    8 => (y, right),
                    _ => (x, y),
                };
                stored.Rgb.AsSpan(3 * (y * stored.Width + x), 3).CopyTo(rgb.AsSpan(3 * (newY * width + newX)));
            }
        }
        return new Photo(width, height, rgb);
    }

    /// <summary>The text that ImageMagick writes: a blank line, the kind, the length, and lines of 36 bytes as digits.</summary>
    private static byte[] Profile(int value)
    {
        byte[] data = [.. Prefix, .. Tiff(value)];
        string digits = string.Join("\n", Convert.ToHexStringLower(data).Chunk(72).Select(line => new string(line)));
        return Encoding.ASCII.GetBytes($"\nexif\n{data.Length,8}\n{digits}\n");
    }

    private static byte[] Xmp(string property, int value) => Encoding.UTF8.GetBytes(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">" +
        "<rdf:Description xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" " + string.Format(null, property, value) + "</rdf:RDF></x:xmpmeta>");

    /// <summary>A WebP of the extended kind with other flags, and other chunks behind its picture.</summary>
    private static byte[] Riff(byte[] webp, byte flags, params (string Type, byte[] Data)[] chunks)
    {
        const int picture = 30; // behind the extended header
        int end = picture + 8 + BinaryPrimitives.ReadInt32LittleEndian(webp.AsSpan(picture + 4));
        List<byte> file = [.. webp[..(end + (end & 1))]];
        foreach ((string type, byte[] data) in chunks)
            file.AddRange([.. Encoding.ASCII.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length & 1]]);
        byte[] all = [.. file];
        all[20] = flags;
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), all.Length - 8);
        return all;
    }

    private static byte[] App1(byte[] jpeg, byte[] data) =>
        [0xFF, 0xD8, 0xFF, 0xE1, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data, .. jpeg[2..]];

    /// <summary>A TIFF whose orientation is of another type.</summary>
    private static byte[] Retyped(byte[] tiff, byte type, int value)
    {
        byte[] file = (byte[])tiff.Clone();
        (int start, int end) = FormatFiles.Header(file);
        for (int at = start + 2; at < end - 4; at += 12)
        {
            if (BitConverter.ToUInt16(file, at) != 0x0112)
                continue;
            file[at + 2] = type;
            BitConverter.GetBytes(value).CopyTo(file, at + 8);
        }
        return file;
    }
}
