using System.Runtime.InteropServices;

namespace EasyExplain.Benchmarks;

/// <summary>The bytes of a file in memory, as fast as they come: the yardstick for importing.</summary>
internal sealed unsafe class PlainRead : IDisposable
{
    // Linux reads at most 2 GB at once; large enough that the number of calls does not count.
    private const int Piece = 1 << 24;

    private readonly byte* _memory;

    public PlainRead(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        _memory = (byte*)NativeMemory.Alloc((nuint)length);
        for (long at = 0; at < length;)
        {
            at += RandomAccess.Read(file, new Span<byte>(_memory + at, (int)Math.Min(length - at, Piece)), at);
        }
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
