using System.Text;
using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>Tells from its first bytes what a file is, whatever its name ends with.</summary>
internal static class FileSignatures
{
    private const int TarSignatureOffset = 257;
    private const string HowToSave = "Save the weights with torch.save(model.state_dict(), 'file.pth') or as safetensors.";

    private static readonly (int Offset, byte[] Bytes, string What)[] Pictures =
    [
        (0, [0xff, 0xd8, 0xff], "a picture (JPEG)"),
        (0, [0x89, .. "PNG\r\n"u8], "a picture (PNG)"),
        (0, [.. "GIF8"u8], "a picture (GIF)"),
        (8, [.. "WEBP"u8], "a picture (WebP)"),
        (0, [.. "II*\0"u8], "a picture (TIFF)"),
        (0, [.. "MM\0*"u8], "a picture (TIFF)"),
        (4, [.. "ftyp"u8], "a picture or a video (HEIF, AVIF, MP4)"),
    ];

    private static readonly (int Offset, byte[] Bytes, string What)[] Foreign =
    [
        (0, [0x89, .. "HDF\r\n"u8], "an HDF5 file (as Keras writes .h5)"),
        (TarSignatureOffset, [.. "ustar"u8], "a tar archive (as PyTorch wrote before version 0.1.10)"),
        (0, [0x1f, 0x8b], "compressed with gzip; unpack it first"),
        (0, [.. "BZh"u8], "compressed with bzip2; unpack it first"),
        (0, [0xfd, .. "7zXZ"u8], "compressed with xz; unpack it first"),
        (0, [0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd; unpack it first"),
        (0, [.. "7z"u8, 0xbc, 0xaf], "a 7z archive; unpack it first"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array"),
        (0, [.. "GGUF"u8], "a GGUF file"),
        (4, [.. "TFL3"u8], "a TensorFlow Lite model"),
        (0, [.. "version https://git-lfs"u8], "a Git LFS pointer, which stands for the real file; fetch that with 'git lfs pull'"),
    ];

    /// <summary>What a file holds, by its content, and by its name's end only where that leaves it open.</summary>
    /// <param name="file">
    /// The file; one that is broken counts as <see cref="ModelFormat.Weights"/>, whose reader says what is wrong.
    /// </param>
    public static ModelFormat FormatOf(OpenedFile file)
    {
        ReadOnlySpan<byte> head = file.Head;
        if (head.StartsWith("PK"u8))
        {
            return OfArchive(file);
        }
        if (head is [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..])
        {
            return ModelFormat.Weights; // safetensors, whose header's length may by chance begin as ONNX does
        }
        bool isNamedOnnx = file.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
        return LooksLikeOnnx(head) || (isNamedOnnx && head is [0x08 or 0x12 or 0x3a or 0x42, ..]) ? ModelFormat.Onnx : ModelFormat.Weights;
    }

    /// <summary>The function that reads the file's tensors, of a checkpoint the part with the given key (null for the usual one).</summary>
    /// <exception cref="InvalidDataException">
    /// The file is none of the formats that are read; the message says what it seems to be.
    /// </exception>
    public static Func<OpenedFile, string?, WeightTable> FindReader(OpenedFile file)
    {
        ReadOnlySpan<byte> head = file.Head;
        if (head.IsEmpty)
        {
            throw new InvalidDataException($"The file is empty. {HowToSave}");
        }
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return PyTorchZipReader.Read;
        }
        if (PyTorchLegacyReader.Recognises(head))
        {
            return (opened, key) => PyTorchLegacyReader.Read(opened.Stream, key);
        }
        if (LooksLikeSafetensors(head))
        {
            return (opened, _) => SafetensorsReader.Read(opened.Stream);
        }
        if ((IsBitmap(head) ? "a picture (BMP)" : Find(Pictures, head)) is { } picture)
        {
            throw new WeightDataException($"The file is {picture}, not a model.") { Remedy = Remedy.ExplainPicture };
        }
        throw new InvalidDataException(
            $"The file is {Name(head)}. Read are safetensors files, state dicts written by torch.save, and whole models in TorchScript, " +
            $"ONNX or torch.export's archives, told by their content. {HowToSave}");
    }

    /// <summary>An ONNX file is a protobuf message: first its version, then the producer's name or another short field.</summary>
    private static bool LooksLikeOnnx(ReadOnlySpan<byte> head) =>
        head is [0x08, < 0x20, 0x12 or 0x1a or 0x22 or 0x2a or 0x32 or 0x3a or 0x42, ..];

    private static ModelFormat OfArchive(OpenedFile file)
    {
        try
        {
            return ExportedLayout.Of(file.Members.Names) is not null ? ModelFormat.Exported
                : file.Archive.IsTorchScript ? ModelFormat.TorchScript : ModelFormat.Weights;
        }
        catch (InvalidDataException)
        {
            return ModelFormat.Weights;
        }
    }

    /// <summary>JSON behind eight bytes with its length; a text that happens to have a brace there is none.</summary>
    private static bool LooksLikeSafetensors(ReadOnlySpan<byte> head) =>
        head.Length > sizeof(ulong) && head[sizeof(ulong)] == '{'
            && !(Ascii.IsValid(head[..sizeof(ulong)]) && IsText(head[..sizeof(ulong)]));

    private static string Name(ReadOnlySpan<byte> head)
    {
        if (Find(Foreign, head) is { } foreign)
        {
            return foreign;
        }
        if (LooksLikeOnnx(head))
        {
            return "an ONNX model, as it seems";
        }
        if (head is [0x80, <= 5, ..])
        {
            return head.IndexOf("numpy"u8) > 0
                ? "a Python pickle of numpy arrays, not one that torch.save wrote"
                : "a Python pickle that torch.save did not write";
        }
        if (IsText(head))
        {
            string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
            return text.StartsWith('<') ? "a web page or XML (a download that failed?)" : "a text";
        }
        return "of an unknown format, or cut off";
    }

    /// <summary>Two letters alone may begin a text as well; what follows the size is reserved and 0.</summary>
    private static bool IsBitmap(ReadOnlySpan<byte> head) => head is [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, ..];

    private static string? Find((int Offset, byte[] Bytes, string What)[] kinds, ReadOnlySpan<byte> head)
    {
        foreach ((int offset, byte[] bytes, string what) in kinds)
        {
            if (head.Length >= offset && head[offset..].StartsWith(bytes))
            {
                return what;
            }
        }
        return null;
    }

    /// <summary>No control characters but those of a text.</summary>
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if ((b < ' ' && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'\f')) || b == 0x7f)
            {
                return false;
            }
        }
        return true;
    }
}
