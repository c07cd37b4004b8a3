using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>In what one transformer over the patches of a picture differs from another (see <see cref="VisionTransformer"/>).</summary>
/// <param name="Patch">The side of a patch in pixels.</param>
/// <param name="Depth">How many blocks.</param>
/// <param name="Heads">How many heads a block's attention has.</param>
/// <param name="Width">How many channels a token has.</param>
internal sealed record TokenForm(int Patch, int Depth, long Heads, long Width)
{
    /// <summary>How many channels lie between a block's two layers; gates and what they let through together.</summary>
    public long Hidden { get; init; } = 4 * Width;

    /// <summary>ε of the normalisations.</summary>
    public double Eps { get; init; } = 1e-6;

    /// <summary>What stands between a block's two layers.</summary>
    public Func<Operator> Activation { get; init; } = () => new GELU();

    /// <summary>Whether half of what the first layer makes is the other half's gate (Shazeer 2020, arXiv 2002.05202).</summary>
    public bool Gated { get; init; }

    /// <summary>Whether what the second layer reads is normalised.</summary>
    public bool NormBetween { get; init; }

    /// <summary>Whether a class token stands before the patches.</summary>
    public bool ClassToken { get; init; } = true;

    /// <summary>Whether a second one stands behind it, that learnt from a teacher (Touvron et al. 2020, arXiv 2012.12877).</summary>
    public bool Distilled { get; init; }

    /// <summary>Whether that one is read too, and the mean of both counts.</summary>
    public bool DistilledHead { get; init; } = true;

    /// <summary>How many tokens stand behind them that nobody reads (Darcet et al. 2023, arXiv 2309.16588).</summary>
    public long Registers { get; init; }

    /// <summary>What has trained positions; null where there are none but relative ones.</summary>
    public PositionsOf? Positions { get; init; } = PositionsOf.All;

    /// <summary>
    /// The side in pixels of the input that the positions were trained for, where they are resized for others; null where the input has
    /// their size.
    /// </summary>
    public int? Side { get; init; }

    /// <summary>Whether resizing makes them smooth first.</summary>
    public bool Antialias { get; init; }

    /// <summary>Whether attention knows how far tokens are from one another, from a table a block.</summary>
    public bool RelativePositions { get; init; }

    /// <summary>How many patches a side has for which queries and keys are turned by their places; 0 where they are not.</summary>
    public long Rotary { get; init; }

    /// <summary>Whether the convolution of the patches has a bias.</summary>
    public bool PatchBias { get; init; } = true;

    /// <summary>Whether queries, keys and values have a bias.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Whether each half of a block has trained factors before it is added.</summary>
    public bool LayerScale { get; init; }

    /// <summary>Whether tokens are normalised before the blocks.</summary>
    public bool NormBefore { get; init; }

    /// <summary>Whether they are behind them.</summary>
    public bool NormAfter { get; init; } = true;

    /// <summary>What the last layer reads.</summary>
    public TokensRead Read { get; init; }

    /// <summary>Whether that is normalised.</summary>
    public bool NormOfRead { get; init; }
}

/// <summary>Which tokens have trained positions.</summary>
internal enum PositionsOf
{
    /// <summary>All but registers.</summary>
    All,

    /// <summary>Those of the picture.</summary>
    Places,
}

/// <summary>Which tokens the last layer reads.</summary>
internal enum TokensRead
{
    /// <summary>The class token.</summary>
    Class,

    /// <summary>The mean of the picture's.</summary>
    Mean,

    /// <summary>Both, side by side.</summary>
    ClassAndMean,
}
