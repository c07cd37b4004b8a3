using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Onnx;

// What ONNX Runtime writes when it saves a model that it has optimised: several of ONNX's operators as one (its contrib operators).
internal sealed partial class OnnxOperators
{
    private void AddMicrosoft()
    {
        const string domain = "com.microsoft.";
        _functions[domain + "Gelu"] = call => Apply(new GELU(), call[0]);
        _functions[domain + "BiasGelu"] = call => Apply(new GELU(), Both(Vocabulary.Add, call[0], call[1]));
        _functions[domain + "FastGelu"] = call =>
            Apply(new GELU { Tanh = true }, call.Optional(1) is { } bias ? Both(Vocabulary.Add, call[0], bias) : call[0]);
        _functions[domain + "QuickGelu"] = call => Apply(new SiLU { Alpha = call.Real("alpha", 1.702) }, call[0]);
        _functions[domain + "FusedMatMul"] = call =>
        {
            ModelValue product = Product(Turned(call[0], call.Integer("transA")), Turned(call[1], call.Integer("transB")));
            if (call.Integer("transBatchA") != 0 || call.Integer("transBatchB") != 0)
            {
                throw new NotSupportedException("with the batch turned");
            }
            return call.Real("alpha", 1) == 1 ? product : Apply(new MultiplyBy(call.Real("alpha")), product);
        };
        _functions[domain + "FusedGemm"] = call => Activated(call, Gemm(call));
        _functions[domain + "FusedConv"] = call =>
        {
            ModelValue y = Convolution(call);
            return Activated(call, call.Optional(3) is { } sum ? Both(Vocabulary.Add, y, sum) : y);
        };
        _several[domain + "SkipLayerNormalization"] = call =>
        {
            ModelValue sum = Both(Vocabulary.Add, call[0], call[1]);
            sum = call.Optional(4) is { } bias ? Both(Vocabulary.Add, sum, bias) : sum;
            ModelValue normal = LayerNorm(call with { Inputs = [sum, call[2], call.Optional(3) ?? Absent.Value] }, otherwise: 1e-12);
            return [normal, Unknown.Value, Unknown.Value, sum];
        };
    }

    private ModelValue Turned(ModelValue x, long turn)
    {
        int rank = Rank(x);
        return turn == 0 || rank < 2 ? x : Permuted(x, [.. Enumerable.Range(0, rank - 2).Select(i => (long)i), rank - 1, rank - 2]);
    }

    /// <summary>With the activation that was made part of an operation.</summary>
    private ModelValue Activated(OnnxCall call, ModelValue y)
    {
        IReadOnlyList<float> numbers = call.Node.Attributes.TryGetValue("activation_params", out OnnxAttribute? given) ? given.Singles : [];
        double Alpha(double otherwise) => numbers.Count > 0 ? numbers[0] : call.Real("activation_alpha", otherwise);
        double Beta(double otherwise) => numbers.Count > 1 ? numbers[1] : call.Real("activation_beta", otherwise);
        return call.Text("activation") switch
        {
            "" => y,
            "Relu" => Apply(new ReLU(), y),
            "Sigmoid" => Apply(new Sigmoid(), y),
            "Tanh" => Apply(new Tanh(), y),
            "LeakyRelu" => Apply(new LeakyReLU(Alpha(0.01)), y),
            "Clip" => Clip(y, Alpha(float.MinValue), Beta(float.MaxValue)),
            "HardSigmoid" => Apply(new Clamp(0, 1), Apply(new AddNumber(Beta(0.5)), Apply(new MultiplyBy(Alpha(0.2)), y))),
            var other => throw new NotSupportedException($"with the activation '{other}'"),
        };
    }
}
