using System.Buffers.Binary;
using System.IO.Hashing;

namespace EasyExplain.Imaging.Archives;

/// <summary>A member as it is unpacked: it must have as many bytes as its archive says, and their check sum.</summary>
/// <param name="unpacked">The bytes, which is closed with this.</param>
/// <param name="length">How many there must be.</param>
/// <param name="crc">Their check sum.</param>
/// <param name="what">The member, for messages.</param>
internal sealed class CheckedStream(Stream unpacked, long length, uint crc, string what) : Stream
{
    private readonly Crc32 _sum = new();
    private long _read;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = unpacked.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw Damaged("its compressed bytes make no sense", e);
        }
        _sum.Append(buffer[..count]);
        _read += count;
        if (_read > length)
        {
            throw Damaged($"it has more than the {length} bytes that it should have");
        }
        if (count == 0 && buffer.Length > 0)
        {
            Span<byte> sum = stackalloc byte[4];
            _sum.GetCurrentHash(sum);
            if (_read < length)
            {
                throw Damaged($"it has {_read} of {length} bytes");
            }
            if (BinaryPrimitives.ReadUInt32LittleEndian(sum) != crc)
            {
                throw Damaged("its check sum is another");
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
        }
        base.Dispose(disposing);
    }

    private ArchiveException Damaged(string how, Exception? inner = null) =>
        new(ArchiveFault.MemberDamaged, $"{what} is damaged: {how}.", inner);
}
