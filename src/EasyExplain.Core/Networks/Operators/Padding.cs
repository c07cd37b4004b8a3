using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>What stands beyond the edge.</summary>
public enum PadMode
{
    /// <summary>A fixed number.</summary>
    Constant,

    /// <summary>What lies within, as a mirror shows it; the edge itself is not repeated.</summary>
    Reflect,

    /// <summary>The edge, again and again.</summary>
    Replicate,
}

/// <summary>Entries added before and after those along some dimensions, or, where amounts are negative, taken away.</summary>
/// <param name="Amounts">How many before and after, of the last dimension first, in torch's order.</param>
/// <param name="Mode">What is added.</param>
/// <param name="Value">The number, of <see cref="PadMode.Constant"/>.</param>
public sealed record Pad(long[] Amounts, PadMode Mode, double Value) : KeepsLayout
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.pad(inputs[0], Amounts, Mode switch
    {
        PadMode.Constant => TorchSharp.PaddingModes.Constant,
        PadMode.Reflect => TorchSharp.PaddingModes.Reflect,
        _ => TorchSharp.PaddingModes.Replicate,
    }, Value);

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) =>
            2 * (inputs[0].Length - 1 - i) is var at && at < Amounts.Length ? size + Amounts[at] + Amounts[at + 1] : size)];
}
