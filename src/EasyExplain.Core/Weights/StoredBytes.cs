using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>A stretch of bytes inside the opened weight file, read on demand.</summary>
internal abstract class StoredBytes(long length)
{
    /// <summary>How many bytes there are.</summary>
    public long Length { get; } = length;

    /// <summary>Fills the memory of <paramref name="target"/> (any type, contiguous, on the CPU) with the bytes from <paramref name="offset"/> on.</summary>
    public abstract void Read(long offset, Tensor target);

    /// <summary>The bytes from the start.</summary>
    public abstract Stream Open();
}

/// <summary>Bytes that lie in the file as they are.</summary>
/// <remarks>
/// They are read into the tensors' own memory and not mapped: a mapped file that somebody cuts off ends the process when a page is missing,
/// and on Windows nobody could replace the file while a model lives. Reading costs the one copy that mapped pages would cost in page faults.
/// </remarks>
internal sealed class FileBytes(SafeFileHandle file, long start, long length) : StoredBytes(length)
{
    /// <summary>The bytes from <paramref name="offset"/> on.</summary>
    public FileBytes Part(long offset, long count) => new(file, start + offset, count);

    public override void Read(long offset, Tensor target)
    {
        long position = start + offset;
        TensorMemory.ForEachChunk(target, chunk =>
        {
            ReadExactly(file, position, chunk);
            position += chunk.Length;
        });
    }

    public override Stream Open()
    {
        if (Length > Array.MaxLength)
        {
            throw new InvalidDataException($"The file has {Length} bytes in one piece that has to be unpacked; at most {Array.MaxLength} are accepted.");
        }
        var bytes = new byte[Length];
        ReadExactly(file, start, bytes);
        return new MemoryStream(bytes, writable: false);
    }

    /// <summary>Fills <paramref name="target"/> with the file's bytes from <paramref name="position"/> on.</summary>
    public static void ReadExactly(SafeFileHandle file, long position, Span<byte> target)
    {
        while (target.Length > 0)
        {
            int count = RandomAccess.Read(file, target, position);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }
            target = target[count..];
            position += count;
        }
    }
}

/// <summary>Bytes that lie in the file deflated.</summary>
internal sealed class DeflatedBytes(FileBytes packed, long length) : StoredBytes(length)
{
    public override void Read(long offset, Tensor target)
    {
        using Stream content = Open();
        Skip(content, offset);
        TensorMemory.ForEachChunk(target, content.ReadExactly);
    }

    public override Stream Open() => new DeflateStream(packed.Open(), CompressionMode.Decompress);

    private static void Skip(Stream content, long count)
    {
        Span<byte> buffer = stackalloc byte[16 * 1024];
        for (long left = count; left > 0; left -= Math.Min(left, buffer.Length))
        {
            content.ReadExactly(buffer[..(int)Math.Min(left, buffer.Length)]);
        }
    }
}
