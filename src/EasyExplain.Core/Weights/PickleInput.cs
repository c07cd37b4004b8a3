using System.Buffers.Binary;
using System.Text;

namespace EasyExplain.Weights;

/// <summary>The bytes of a pickle, handed out in pieces that are known to exist before memory is taken for them.</summary>
internal sealed class PickleInput(Stream stream, long length)
{
    // The pickle of a large checkpoint, without its tensors' values, is some megabytes.
    private const long LargestPickle = 64 << 20;

    private long _left = Math.Min(length, LargestPickle);

    /// <summary>Whether more was asked for than a state dict's pickle has, though the file has it.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        Claim(1);
        int value = stream.ReadByte();
        return value >= 0 ? (byte)value : throw TooShort();
    }

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    public byte[] Bytes(long count)
    {
        Claim(count);
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The next <paramref name="count"/> bytes as text.</summary>
    public string Text(long count) => Encoding.UTF8.GetString(Bytes(count));

    /// <summary>The text up to the next line feed, which is swallowed.</summary>
    public string Line()
    {
        var bytes = new List<byte>();
        for (byte b = Byte(); b != '\n'; b = Byte())
        {
            bytes.Add(b);
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    private void Claim(long count)
    {
        if (count < 0 || count > _left)
        {
            IsTooLarge = count > 0 && count <= _left + length - LargestPickle;
            throw count == 1 || IsTooLarge ? TooShort()
                : new InvalidDataException($"The pickle announces a value of {count} bytes, but at most {_left} are left.");
        }
        _left -= count;
    }

    private static InvalidDataException TooShort() =>
        new("The pickle ends in the middle (or is larger than 64 MB, which no state dict is); the file may have been cut off.");
}
