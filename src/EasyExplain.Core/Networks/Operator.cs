using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// What a node does: a pure function of its inputs, its attributes and its parameters. Operators never change an input in place,
/// because a tapped output must stay as it was.
/// </summary>
public abstract record Operator
{
    /// <summary>The name of the matching torch module, as Get-CamLayer shows it.</summary>
    public virtual string Type => GetType().Name;

    /// <summary>The tensors this operator computes with.</summary>
    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>What it adds to each channel of <c>[N, C, H, W]</c> whatever it reads, <c>[C]</c>, a new tensor; null if nothing.</summary>
    public virtual Tensor? ChannelBias => null;

    /// <summary>
    /// The shape of the output, without the batch dimension, for inputs of the given shapes (<c>[C, H, W]</c>, <c>[F]</c>, …): that of the
    /// first, unless an operator changes it.
    /// </summary>
    public virtual long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[0];

    /// <summary>How the output lies on the picture, for inputs that lie as given: most operators leave that as the first of them has it.</summary>
    public virtual Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => inputs.Count > 0 ? inputs[0] : null;

    /// <summary>
    /// Whether the cells of the picture in its inputs (all but a class token) matter, given whether those in its output do: the same,
    /// unless it mixes tokens or picks one.
    /// </summary>
    public virtual bool ReadsCells(bool ofOutput) => ofOutput;

    /// <summary>Computes the output, a new tensor that the caller owns; inputs are <c>[N, C, H, W]</c>, <c>[N, F]</c>, ….</summary>
    public abstract Tensor Run(IReadOnlyList<Tensor> inputs);

    /// <summary>Adds the same operation to an ONNX model, and returns the name of its output; null if ONNX has none, or none that is known here.</summary>
    internal virtual string? ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => null;
}
