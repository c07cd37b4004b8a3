namespace EasyExplain.Explanation;

/// <summary>
/// A number for each channel of a layer, kept small: signed bytes and one scale. Of more than <see cref="MaxLength"/> channels, it holds
/// as many sums of all of them with signs that are always the same, which keep distances between vectors (Johnson and Lindenstrauss 1984).
/// </summary>
/// <param name="Scale">What a byte of 1 stands for.</param>
/// <param name="Values">−127 to 127.</param>
internal sealed record ChannelVector(float Scale, sbyte[] Values)
{
    /// <summary>How many numbers there are at most.</summary>
    public const int MaxLength = 128;

    /// <summary>Keeps these.</summary>
    /// <param name="channels">One number a channel; what is not finite counts as 0.</param>
    public static ChannelVector Of(ReadOnlySpan<float> channels)
    {
        float[] finite = [.. channels];
        for (int channel = 0; channel < finite.Length; channel++)
        {
            finite[channel] = float.IsFinite(finite[channel]) ? finite[channel] : 0;
        }
        float[] numbers = finite.Length <= MaxLength ? finite : Project(finite);
        // Sums of huge numbers may be infinite, and of tiny ones the scale may be nothing.
        float highest = numbers.Length == 0 ? 0 : Math.Min(numbers.Max(Math.Abs), float.MaxValue / 2);
        float scale = highest / 127;
        return new ChannelVector(scale, [.. numbers.Select(number =>
            scale > 0 ? (sbyte)MathF.Round(Math.Clamp(number / scale, -127, 127)) : (sbyte)0)]);
    }

    /// <summary>The numbers, as near as bytes have them.</summary>
    public float[] ToArray() => [.. Values.Select(value => value * Scale)];

    private static float[] Project(ReadOnlySpan<float> channels)
    {
        var sums = new float[MaxLength];
        float norm = 1 / MathF.Sqrt(MaxLength);
        for (int channel = 0; channel < channels.Length; channel++)
        {
            for (int word = 0; word < MaxLength / 64; word++)
            {
                ulong signs = Mix((ulong)(channel * (MaxLength / 64) + word));
                int number = BitConverter.SingleToInt32Bits(channels[channel] * norm);
                for (int bit = 0; bit < 64; bit++)
                {
                    sums[word * 64 + bit] += BitConverter.Int32BitsToSingle(number ^ ((int)(signs >> bit) << 31)); // its sign, or the other
                }
            }
        }
        return sums;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): 64 bits that look random, the same everywhere.</summary>
    private static ulong Mix(ulong number)
    {
        ulong mixed = unchecked((number + 1) * 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return mixed ^ (mixed >> 31);
    }
}
