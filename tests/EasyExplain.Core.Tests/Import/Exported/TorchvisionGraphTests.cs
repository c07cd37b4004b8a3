using System.IO.Compression;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Explanation;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Exported;

/// <summary>
/// torchvision's models as PyTorch 2.11 exports them, with the goldens' weights: they must compute what our own networks do, which the
/// goldens hold to PyTorch's numbers.
/// </summary>
public sealed class TorchvisionGraphTests
{
    private const long Window = 7; // of swin_t

    [Theory]
    [InlineData("mobilenet_v3_small")]
    [InlineData("swin_t")]
    public void AnExportedModel_ComputesWhatOurOwnDoes(string name) => AssertSame(name);

    [LongTheory]
    [InlineData("efficientnet_b0")]
    [InlineData("regnet_y_400mf")]
    [InlineData("resnet18")]
    [InlineData("densenet121")]
    [InlineData("convnext_tiny")]
    [InlineData("vit_b_16")]
    public void TheOthersToo(string name) => AssertSame(name);

    private static void AssertSame(string name)
    {
        using CamModel own = GoldenModels.Build(name);
        string path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.pt2");
        try
        {
            File.WriteAllBytes(path, Archive(name, own.Network));
            using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
            using DisposeScope scope = NewDisposeScope();
            Tensor picture = own.Preprocessing.ToInput(GoldenModels.Pattern(own));
            float[] right = Executor.Run(own.Network, picture, [], track: false).Logits.data<float>().ToArray();
            float[] made = Executor.Run(model.Network, picture, [], track: false).Logits.data<float>().ToArray();
            float largest = right.Max(Math.Abs);
            Assert.All(made.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, largest)));
            // What swin's graph computes of its tables is no parameter any more.
            Assert.True(name == "swin_t" || own.ParameterCount == model.ParameterCount);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Archive(string name, Network network)
    {
        string[] lines = Lines(name);
        var archive = new WrittenArchive { Picture = [null, 3, 224, 224] };
        Dictionary<string, Parameter> parameters = network.Parameters.Distinct()
            .ToDictionary(parameter => parameter.Name.Replace('.', '_').Replace('-', '_'), parameter => parameter);
        string[] given = [.. lines.Where(line => line.EndsWith("= placeholder", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])];
        foreach (string one in given.Where(one => one != "x"))
        {
            string plain = one[2..];
            if (parameters.TryGetValue(plain, out Parameter? parameter))
            {
                archive.Weight(parameter.Name, parameter.Shape, parameter.Value.cpu().flatten().data<float>().ToArray(),
                    one[0] == 'p' ? "parameter" : "buffer", one);
            }
            else if (plain.EndsWith("relative_position_index", StringComparison.Ordinal))
            {
                archive.Whole(plain, [Window * Window * Window * Window], Positions(), "buffer", one);
            }
            else if (plain.Contains("lifted_tensor_", StringComparison.Ordinal))
            {
                // The nine parts of a shifted window.
                archive.Whole(plain, [], [long.Parse(plain[(plain.LastIndexOf('_') + 1)..]) % 9], "tensor_constant", one);
            }
            else
            {
                Assert.EndsWith("num_batches_tracked", plain, StringComparison.Ordinal);
                archive.Whole(plain, [], [0], "buffer", one);
            }
        }
        return archive.Graph(lines).ToBytes();
    }

    /// <summary>For each pair of places in a window, which row of the table of biases is theirs (Liu et al. 2021, 3.2).</summary>
    private static long[] Positions() =>
        [.. from i in Enumerable.Range(0, (int)(Window * Window))
            from j in Enumerable.Range(0, (int)(Window * Window))
            select (i / Window - j / Window + Window - 1) * (2 * Window - 1) + i % Window - j % Window + Window - 1];

    private static string[] Lines(string name)
    {
        using var text = new StreamReader(
            new GZipStream(File.OpenRead(ExportedFixtures.File("torchvision.txt.gz")), CompressionMode.Decompress));
        return [.. text.ReadToEnd().Split('\n').SkipWhile(line => line != "# " + name).Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))];
    }

    /// <summary>Runs where the environment variable EASYEXPLAIN_LONG is set.</summary>
    private sealed class LongTheoryAttribute : TheoryAttribute
    {
        public LongTheoryAttribute()
        {
            Skip = Environment.GetEnvironmentVariable("EASYEXPLAIN_LONG") is { Length: > 0 } ? null
                : "EASYEXPLAIN_LONG is not set: large networks, of operators that the others have, too.";
        }
    }
}
