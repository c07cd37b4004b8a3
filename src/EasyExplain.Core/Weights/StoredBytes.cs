using System.IO.Compression;

namespace EasyExplain.Weights;

/// <summary>A stretch of bytes inside the opened weight file, read on demand.</summary>
internal abstract class StoredBytes(long length)
{
    /// <summary>How many bytes there are.</summary>
    public long Length { get; } = length;

    /// <summary>Lets <paramref name="read"/> have the bytes from <paramref name="offset"/> on.</summary>
    public abstract void From(long offset, Action<Stream> read);
}

/// <summary>Bytes that lie in the file as they are.</summary>
/// <remarks>
/// They are read into the tensors' own memory and not mapped: a mapped file that somebody cuts off ends the process when a page is missing,
/// and on Windows nobody could replace the file while a model lives. Reading costs the one copy that mapped pages would cost in page
/// faults.
/// </remarks>
internal sealed class FileBytes(FileStream file, long start, long length) : StoredBytes(length)
{
    /// <summary>The bytes from <paramref name="offset"/> on.</summary>
    public FileBytes Part(long offset, long count) => new(file, start + offset, count);

    public override void From(long offset, Action<Stream> read)
    {
        file.Position = start + offset;
        read(file);
    }
}

/// <summary>A member of a zip archive, stored or deflated.</summary>
internal sealed class ZipBytes : StoredBytes
{
    // Deflate can blow up a byte to a thousand, weights at most a little; so an archive that promises more than this is a bomb.
    private const long LargestRatio = 100;
    private const long AlwaysAllowed = 1 << 20;

    private readonly ZipArchiveEntry _member;

    /// <exception cref="InvalidDataException">The member cannot be read, or its announced size is a lie or a bomb.</exception>
    public ZipBytes(ZipArchiveEntry member) : base(member.Length)
    {
        _member = member;
        if (member.IsEncrypted)
        {
            throw new InvalidDataException($"The archive's member '{member.FullName}' is encrypted; write the file without a password.");
        }
        using Stream content = member.Open();
        if (content is not DeflateStream && member.Length != member.CompressedLength)
        {
            throw new InvalidDataException(
                $"The archive's member '{member.FullName}' is stored in {member.CompressedLength} bytes, yet announces {member.Length}.");
        }
        if (member.Length > AlwaysAllowed && member.Length / LargestRatio > member.CompressedLength)
        {
            throw new InvalidDataException(
                $"The archive's member '{member.FullName}' would unpack {member.CompressedLength} bytes to {member.Length}; " +
                $"at most {LargestRatio} times its size is accepted.");
        }
    }

    public override void From(long offset, Action<Stream> read)
    {
        using Stream content = _member.Open();
        Skip(content, offset);
        read(content);
    }

    private static void Skip(Stream content, long count)
    {
        if (content.CanSeek)
        {
            content.Position = count;
            return;
        }
        Span<byte> buffer = stackalloc byte[16 * 1024];
        for (long left = count; left > 0; left -= Math.Min(left, buffer.Length))
        {
            content.ReadExactly(buffer[..(int)Math.Min(left, buffer.Length)]);
        }
    }
}
