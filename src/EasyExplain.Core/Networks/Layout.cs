using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>How an output lies on the picture: where its channels, rows and columns are, so that a map can be made of it.</summary>
public abstract record Layout
{
    /// <summary>
    /// <c>[C, H, W]</c> of an output of this shape (both without the batch dimension), or null if that has no rows and columns.
    /// </summary>
    public abstract long[]? MapShape(IReadOnlyList<long> shape);

    /// <summary>An output, batch dimension first, seen as <c>[N, C, H, W]</c>: a view, nothing is copied.</summary>
    public abstract Tensor ToMap(Tensor output);
}

/// <summary><c>[C, H, W]</c>, as convolutions have it.</summary>
public sealed record ChannelsFirst : Layout
{
    /// <inheritdoc/>
    public override long[]? MapShape(IReadOnlyList<long> shape) =>
        shape is [var channels, var height, var width] ? [channels, height, width] : null;

    /// <inheritdoc/>
    public override Tensor ToMap(Tensor output) => output;
}

/// <summary><c>[H, W, C]</c>, as linear layers and layer norms have it.</summary>
public sealed record ChannelsLast : Layout
{
    /// <inheritdoc/>
    public override long[]? MapShape(IReadOnlyList<long> shape) =>
        shape is [var height, var width, var channels] ? [channels, height, width] : null;

    /// <inheritdoc/>
    public override Tensor ToMap(Tensor output) => output.permute(0, 3, 1, 2);
}

/// <summary>
/// <c>[Leading + Height·Width, C]</c>: tokens in a row, first those that stand for no place, then the picture's, row by row.
/// </summary>
/// <param name="Leading">How many tokens stand for no place, such as a class token.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record TokenGrid(long Leading, long Height, long Width) : Layout
{
    /// <inheritdoc/>
    public override long[]? MapShape(IReadOnlyList<long> shape) =>
        shape is [var tokens, var channels] && tokens == Leading + Height * Width ? [channels, Height, Width] : null;

    /// <inheritdoc/>
    public override Tensor ToMap(Tensor output) => output.narrow(1, Leading, Height * Width).transpose(1, 2).unflatten(2, [Height, Width]);
}
