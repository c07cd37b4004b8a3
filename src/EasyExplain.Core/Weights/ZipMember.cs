using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EasyExplain.Weights;

/// <summary>A member of a zip archive as the archive's directory has it; nothing of it is checked before <see cref="Bytes"/>.</summary>
/// <param name="file">The archive.</param>
/// <param name="name">The name with its folders.</param>
/// <param name="method">How it is packed.</param>
/// <param name="encrypted">Whether it needs a password.</param>
/// <param name="packedLength">How many bytes of the file it takes.</param>
/// <param name="length">How many bytes it has unpacked.</param>
/// <param name="header">Where its header is, with the data behind it.</param>
/// <param name="limit">Where the archive's directory begins, so where the data must have ended.</param>
internal sealed class ZipMember(
    SafeFileHandle file, string name, int method, bool encrypted, long packedLength, long length, long header, long limit)
{
    private const int Stored = 0, Deflated = 8, HeaderSize = 30;

    // Deflate can blow up a byte to a thousand, weights at most a little; so an archive that promises more than this is a bomb.
    private const long LargestRatio = 100;
    private const long AlwaysAllowed = 1 << 20;

    /// <summary>The name with its folders.</summary>
    public string Name => name;

    /// <summary>What the member holds.</summary>
    /// <exception cref="InvalidDataException">The member cannot be read, or its announced size is a lie or a bomb.</exception>
    public StoredBytes Bytes()
    {
        if (encrypted)
        {
            throw new InvalidDataException($"The archive's member '{name}' is encrypted; write the file without a password.");
        }
        if (method == Stored && length != packedLength)
        {
            throw new InvalidDataException($"The archive's member '{name}' is stored in {packedLength} bytes, yet announces {length}.");
        }
        if (length > AlwaysAllowed && length / LargestRatio > packedLength)
        {
            throw new InvalidDataException(
                $"The archive's member '{name}' would unpack {packedLength} bytes to {length}; at most {LargestRatio} times its size is accepted.");
        }
        long start = DataStart();
        if (packedLength < 0 || length < 0 || packedLength > limit - start)
        {
            throw new InvalidDataException($"The archive's member '{name}' reaches beyond the archive's data; the file may have been cut off.");
        }
        var packed = new FileBytes(file, start, packedLength);
        return method switch
        {
            Stored => packed,
            Deflated => new DeflatedBytes(packed, length),
            _ => throw new InvalidDataException($"The archive's member '{name}' is packed by the method {method}; read are {Stored} (stored) and {Deflated} (deflated)."),
        };
    }

    /// <summary>Behind the header, whose own length only the header itself has.</summary>
    private long DataStart()
    {
        if (header >= 0 && header <= limit - HeaderSize && ZipDirectory.Bytes(file, header, HeaderSize) is [(byte)'P', (byte)'K', 3, 4, ..] and var bytes)
        {
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(26)), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(28));
            long nameStart = header + HeaderSize;
            if (nameStart + nameLength <= limit && Encoding.UTF8.GetString(ZipDirectory.Bytes(file, nameStart, nameLength)) == name)
            {
                return nameStart + nameLength + extraLength;
            }
        }
        throw new InvalidDataException($"The archive's member '{name}' is not where the archive's directory says; the file may be damaged.");
    }
}
