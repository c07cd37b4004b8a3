using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>What a model file holds.</summary>
internal enum ModelFormat
{
    /// <summary>Tensors alone, which need an architecture; or what is no model at all, which their reader says.</summary>
    Weights,

    /// <summary>A whole model, from torch.jit.save.</summary>
    TorchScript,

    /// <summary>A whole model, in ONNX's format.</summary>
    Onnx,

    /// <summary>A whole model, from torch.export.save.</summary>
    Exported,
}

/// <summary>A model file that was opened once: whoever reads it finds out here what it holds, and gets its archive here.</summary>
internal sealed class OpenedFile : IDisposable
{
    private const int HeadSize = 512;

    private readonly byte[] _head;
    private ModelFormat? _format;
    private ZipMembers? _members;
    private PyTorchArchive? _archive;

    private OpenedFile(string path, FileStream stream, byte[] head) => (Path, Stream, _head) = (path, stream, head);

    /// <summary>The file, as it was named to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Its bytes; where it stands in them is anywhere.</summary>
    public FileStream Stream { get; }

    /// <summary>The first bytes, as many as tell what it is.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>What it holds, by its content.</summary>
    public ModelFormat Format => _format ??= FileSignatures.FormatOf(this);

    /// <summary>What is in the zip archive that it is.</summary>
    /// <exception cref="InvalidDataException">It is none, or a broken one.</exception>
    public ZipMembers Members => _members ??= new ZipMembers(Stream);

    /// <summary>The archive from torch.save or torch.jit.save that it is.</summary>
    /// <exception cref="InvalidDataException">It is none, or a broken one.</exception>
    public PyTorchArchive Archive => _archive ??= new PyTorchArchive(Members);

    /// <summary>Opens a file and reads its first bytes.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static OpenedFile Open(string path)
    {
        FileKind.DemandFile(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            byte[] head = new byte[HeadSize];
            int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return new OpenedFile(path, stream, head[..count]);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _members?.Dispose();
        Stream.Dispose();
    }
}
