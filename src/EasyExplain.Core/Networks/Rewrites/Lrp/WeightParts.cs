using System.Globalization;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>What a rule makes of a layer's weights before it computes with them.</summary>
/// <param name="Name">Tells it from others.</param>
/// <param name="Of">Makes it.</param>
internal sealed record Part(string Name, Func<Tensor, Tensor> Of)
{
    /// <summary>w.</summary>
    public static Part Whole { get; } = new("whole", w => w.alias());

    /// <summary>w⁺ = max(w, 0).</summary>
    public static Part Positive { get; } = new("positive", w => w.Within(0, null));

    /// <summary>w⁻ = min(w, 0).</summary>
    public static Part Negative { get; } = new("negative", w => w.Within(null, 0));

    /// <summary>1 for each weight.</summary>
    public static Part Ones { get; } = new("ones", w => ones_like(w));

    /// <summary>w + γ·w⁺.</summary>
    public static Part For(double gamma) => Named("for", gamma, w => w.Plus(w.Within(0, null).Times(gamma)));

    /// <summary>w + γ·w⁻.</summary>
    public static Part Against(double gamma) => Named("against", gamma, w => w.Plus(w.Within(null, 0).Times(gamma)));

    /// <summary>What it makes and a number more.</summary>
    public Part Plus(double number) => number == 0 ? this : Named(Name + " and", number, w => Of(w).Plus(number));

    private static Part Named(string name, double number, Func<Tensor, Tensor> of) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name} {number:R}"), of);
}

/// <summary>Parts of weights, each made once and kept; this object owns them.</summary>
internal sealed class WeightParts : IDisposable
{
    private readonly Dictionary<(Parameter Of, string Part), Parameter> _made = [];

    /// <summary>A part of a layer's weights, or of its bias.</summary>
    public Parameter Of(Parameter parameter, Part part) => part == Part.Whole ? parameter
        : Kept(parameter, part.Name, () => part.Of(parameter.Value));

    /// <summary>A number of each output of a layer that has no bias.</summary>
    public Parameter Bias(Parameter weight, long outputs, double number) => Kept(weight,
        string.Create(CultureInfo.InvariantCulture, $"bias {number:R}"),
        () => HeldNumbers.FullOf(number, [outputs]).to(weight.Value.device));

    /// <summary>Something else that is made once; <paramref name="make"/> gives a new tensor.</summary>
    public Parameter Kept(Parameter of, string name, Func<Tensor> make)
    {
        if (!_made.TryGetValue((of, name), out Parameter? known))
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            using IDisposable untracked = no_grad();
            Tensor value = make();
            known = new Parameter($"{of.Name} ({name})", value.shape);
            known.Load(value);
            _made[(of, name)] = known;
        }
        return known;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in _made.Values)
        {
            parameter.Dispose();
        }
        _made.Clear();
    }
}
