using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>RISE in plain arithmetic: its masks, and their mean.</summary>
public sealed class RISETests
{
    [Fact]
    public void TheMap_IsTheMeanOfTheMasks_WeightedByProbability()
    {
        const int Count = 5, Cells = 7, Seed = 9;
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { InputSize = [32, 24] }, _ => { });
        CamExplanation got = new Explainer(model, LayerSelection.Select(model, ["layer3"]), [RISE.Method], ClassChoice.Of(model, "3"),
            new MethodSettings(Count, 0, Seed, BatchSize: 2)).Explain(GoldenModels.Pattern(model), null).Single();

        using var generator = new Generator(Seed, CPU);
        float[] open = [.. rand([Count, 1, Cells, Cells], generator: generator).data<float>().Select(value => value < 0.5f ? 1f : 0f)];
        float[] shifts = rand([Count, 2], generator: generator).data<float>().ToArray();
        (int height, int width) = (model.InputSize[0], model.InputSize[1]);
        (int cellHeight, int cellWidth) = ((height + Cells - 1) / Cells, (width + Cells - 1) / Cells);
        Tensor picture = model.Preprocessing.ToInput(GoldenModels.Pattern(model)), sum = zeros(height, width);
        for (int n = 0; n < Count; n++)
        {
            var mask = new float[height, width];
            (int down, int right) = ((int)(shifts[2 * n] * cellHeight), (int)(shifts[2 * n + 1] * cellWidth));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    mask[y, x] = Between(n, (y + down + 0.5) * Cells / ((Cells + 1) * cellHeight) - 0.5,
                        (x + right + 0.5) * Cells / ((Cells + 1) * cellWidth) - 0.5);
                }
            }
            Tensor logits = Executor.Run(model.Network, picture * tensor(mask), [], track: false).Logits;
            sum += logits.softmax(1)[0, 3] * tensor(mask);
        }
        float[] wanted = ((sum - sum.min()) / (sum.max() - sum.min())).flatten().data<float>().ToArray();
        Assert.All(wanted.Zip(got.Map.ToArray().Cast<float>()), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3f));
        Assert.Equal(Seed, got.Seed);

        float Between(int n, double y, double x)
        {
            (y, x) = (Math.Clamp(y, 0, Cells - 1), Math.Clamp(x, 0, Cells - 1));
            (int top, int left) = ((int)y, (int)x);
            (int bottom, int rightmost) = (Math.Min(top + 1, Cells - 1), Math.Min(left + 1, Cells - 1));
            (double lower, double farther) = (y - top, x - left);
            double At(int row, int column) => open[(n * Cells + row) * Cells + column];
            return (float)((At(top, left) * (1 - farther) + At(top, rightmost) * farther) * (1 - lower)
                + (At(bottom, left) * (1 - farther) + At(bottom, rightmost) * farther) * lower);
        }
    }
}
