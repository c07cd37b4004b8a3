using EasyExplain.Runtime;
using EasyExplain.Weights;

namespace EasyExplain.Models;

/// <summary>What a model file holds.</summary>
internal enum ModelFormat
{
    /// <summary>Tensors alone, which need an architecture.</summary>
    Weights,

    /// <summary>A whole model, from torch.jit.save.</summary>
    TorchScript,

    /// <summary>A whole model, in ONNX's format.</summary>
    Onnx,
}

/// <summary>Tells what a model file holds, by its content; by its name's end only where that leaves it open.</summary>
internal static class ModelFormats
{
    /// <summary>What <paramref name="path"/> holds; a file that is broken counts as <see cref="ModelFormat.Weights"/>, whose reader says what is wrong.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static ModelFormat Of(string path)
    {
        FileKind.DemandFile(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> buffer = stackalloc byte[16];
        ReadOnlySpan<byte> head = buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        if (head.StartsWith("PK"u8))
        {
            return HasCode(file) ? ModelFormat.TorchScript : ModelFormat.Weights;
        }
        if (head is [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..])
        {
            return ModelFormat.Weights; // safetensors, whose header's length may by chance begin as ONNX does
        }
        return FileSignatures.LooksLikeOnnx(head) || (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && head is [0x08 or 0x12 or 0x3a or 0x42, ..])
            ? ModelFormat.Onnx
            : ModelFormat.Weights;
    }

    private static bool HasCode(FileStream file)
    {
        try
        {
            file.Position = 0;
            using var archive = PyTorchZipReader.Archive(file);
            Dictionary<string, System.IO.Compression.ZipArchiveEntry> members = PyTorchZipReader.Members(archive);
            return PyTorchZipReader.IsTorchScript(members.Keys, PyTorchZipReader.Folder(members.Keys));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
