namespace EasyExplain.Networks.Operators;

/// <summary>Where a sliding window stops.</summary>
internal static class Window
{
    /// <summary>How many places a window of <paramref name="kernel"/> pixels takes along a side of <paramref name="size"/> pixels.</summary>
    /// <exception cref="ArgumentException">The side, with its padding, is smaller than the window.</exception>
    public static long Count(long size, long kernel, long stride, long padding)
    {
        long room = size + 2 * padding - kernel;
        return room >= 0
            ? room / stride + 1
            : throw new ArgumentException($"a side of {size} pixels is too small for a window of {kernel}");
    }
}
