namespace EasyExplain.Networks.Operators;

/// <summary>Where a sliding window stops.</summary>
internal static class Window
{
    /// <summary>How many places a window of <paramref name="kernel"/> pixels takes along a side of <paramref name="size"/> pixels.</summary>
    /// <param name="size">The side, without its padding.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">From one place to the next.</param>
    /// <param name="padding">Pixels added at both ends.</param>
    /// <param name="ceil">Whether the last window may reach beyond the end; it must still start before the padding there, as torch has it.</param>
    /// <exception cref="ArgumentException">The side, with its padding, is smaller than the window.</exception>
    public static long Count(long size, long kernel, long stride, long padding, bool ceil = false)
    {
        long room = size + 2 * padding - kernel + (ceil ? stride - 1 : 0);
        if (room < 0)
        {
            throw new ArgumentException($"a side of {size} pixels is too small for a window of {kernel}");
        }
        long last = room / stride;
        return ceil && last * stride >= size + padding ? last : last + 1;
    }
}
