namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>From where to where a tensor's numbers go, 0 among them: what 256 steps have to reach over.</summary>
/// <param name="Low">0 or less.</param>
/// <param name="High">0 or more.</param>
internal readonly record struct ValueRange(float Low, float High)
{
    private const float Steps = byte.MaxValue, Least = 1e-12f; // the least is for a tensor of zeros

    /// <summary>From one step to the next.</summary>
    public float Step => Math.Max(Least, (High - Low) / Steps);

    /// <summary>Which step is 0.</summary>
    public byte Zero => (byte)Math.Clamp(MathF.Round(-Low / Step), 0, byte.MaxValue);

    /// <summary>The part of it that is not negative: what a ReLU lets through.</summary>
    public ValueRange Positive => this with { Low = 0 };

    /// <summary>The least range that holds both.</summary>
    public ValueRange Over(ValueRange other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));
}
