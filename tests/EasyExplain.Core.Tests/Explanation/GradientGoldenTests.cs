using System.Globalization;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>The methods that follow gradients to the input against Captum's.</summary>
[TestCaseOrderer(ByKey.Type, ByKey.Assembly)]
public sealed class GradientGoldenTests(AttributionModels models) : IClassFixture<AttributionModels>
{
    // What Captum does to networks whose last ReLU is a function is not the paper's.
    public static TheoryData<string> Cases => AttributionGoldens.Keys("gradients", golden => !golden.What[0].Contains('@'));

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMap_IsCaptums(string key)
    {
        AttributionCase golden = AttributionGoldens.Find("gradients", key);
        CamModel model = models.Of(golden);
        string[] what = golden.What[0].Split('.');
        int? samples = what[0] == "IntegratedGradients" ? int.Parse(what[2], CultureInfo.InvariantCulture)
            : what[0] == "SmoothGrad" ? golden.Entry.GetProperty("samples").GetInt32() : null;
        double std = what[0] == "SmoothGrad" ? golden.Number("std") : 0;
        CamMethod method = what switch
        {
            ["Saliency", "max"] => Saliency.Method,
            ["Saliency", "sum"] => Saliency.Summed,
            ["InputXGradient"] => InputXGradient.Method,
            ["IntegratedGradients", "gausslegendre", _] => IntegratedGradients.Method,
            ["IntegratedGradients", "riemann_middle", _] => IntegratedGradients.Middles,
            ["SmoothGrad", "signed", var source] => Smooth(SmoothGrad.Method, source),
            ["SmoothGrad", "abs", var source] => Smooth(SmoothGrad.OfSizes, source),
            ["GuidedBackprop"] => GuidedBackprop.Method,
            _ => throw new NotSupportedException($"{key}: which method is this?"),
        };
        // A map without signs is scaled from its lowest value to its highest, which would hide the numbers.
        CamMethod raw = method with { IsSigned = true };
        golden.Agrees(golden.Explain(model, raw, new MethodSettings(samples, std, Seed: 7, BatchSize: 3)).Map);

        CamMethod Smooth(CamMethod seeded, string source) => source == "seed7" ? seeded
            : seeded with { Map = input => ByFormula(input, seeded == SmoothGrad.OfSizes) };

        Tensor ByFormula(LayerEvidence input, bool sizes)
        {
            Tensor sum = input.SumOfGradients(samples!.Value, (first, count) => cat([.. Enumerable.Range(first, count)
                .Select(k => input.Activations.unsqueeze(0) + Noise(k))], 0), (_, gradients) => sizes ? gradients.abs() : gradients);
            return sum.sum(dim: 0) / samples.Value;
        }

        Tensor Noise(int k) =>
            tensor(Goldens.Uniform($"noise.{k}", 3 * golden.Height * golden.Width).Select(v => (float)(std * Math.Sqrt(3) * v)).ToArray())
                .view(1, 3, golden.Height, golden.Width);
    }

    /// <summary>
    /// What the score rises by from the mean colour to the image is shared out among the pixels, as exactly as the steps give the integral.
    /// </summary>
    [Fact]
    public void IntegratedGradients_AddUpToWhatTheScoreRises()
    {
        AttributionCase golden = AttributionGoldens.Cases("gradients")
            .First(golden => golden.Entry.TryGetProperty("f_x_minus_f_0", out _));
        CamModel model = models.Of(golden);
        double Difference(int steps)
        {
            CamMap map = golden.Explain(model, IntegratedGradients.Method, new MethodSettings(steps, 0, 0, BatchSize: 16)).Map;
            return Math.Abs(map.ToArray().Cast<float>().Sum(value => (double)value) * map.Unit!.Value - golden.Number("f_x_minus_f_0"));
        }

        double rise = Math.Abs(golden.Number("f_x_minus_f_0"));
        Assert.True(Difference(200) < 0.05 * rise);
        Assert.True(Difference(1) > 2 * Difference(200));
    }
}
