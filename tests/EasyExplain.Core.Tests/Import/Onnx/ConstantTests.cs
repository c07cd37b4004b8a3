using System.Globalization;
using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>What is computed of constants alone, against ONNX Runtime; the node tests have more.</summary>
public sealed class ConstantTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");

    // Each makes "c", whole numbers or fractions, of shape [3].
    private static readonly (string Name, bool IsWhole, Action<OnnxBytes> Add)[] Constants =
    [
        ("the mean of whole numbers", true, g =>
            g.Integers("a", [3, 2], 1, 2, -3, -4, 7, 8).Node("Cast", ["a"], ["b"], "", ("to", 6L))
            .Node("ReduceMean", ["b"], ["m"], "", ("axes", new long[] { 1 }), ("keepdims", 0L)).Node("Cast", ["m"], ["c"], "", ("to", 7L))),
        ("a product over an axis", true, g =>
            g.Integers("a", [2, 3], 1, 2, -3, -4, 7, 8)
            .Node("ReduceProd", ["a"], ["c"], "", ("axes", new long[] { -2 }), ("keepdims", 0L))),
        ("the rest with the dividend's sign", false, g =>
            g.Weight("a", [3], -7, 7, 5.5f).Weight("b", [3], 3, -3, 2).Node("Mod", ["a", "b"], ["c"], "", ("fmod", 1L))),
        ("the rest with the divisor's sign", true, g =>
            g.Integers("a", [3], -7, 7, 5).Integers("b", [3], 3, -3, 2).Node("Mod", ["a", "b"], ["c"])),
        ("a quotient of whole numbers", true, g =>
            g.Integers("a", [3], -7, 7, 5).Integers("b", [3], 2, -2, 2).Node("Div", ["a", "b"], ["c"])),
        ("fractions to whole numbers", true, g => g.Weight("a", [3], -2.7f, 2.7f, 0.5f).Node("Cast", ["a"], ["c"], "", ("to", 7L))),
        ("whole numbers to bytes", true, g =>
            g.Integers("a", [3], 300, -1, 5).Node("Cast", ["a"], ["b"], "", ("to", 2L)).Node("Cast", ["b"], ["c"], "", ("to", 7L))),
        ("whole numbers to signed bytes", true, g =>
            g.Integers("a", [3], 200, -129, 5).Node("Cast", ["a"], ["b"], "", ("to", 3L)).Node("Cast", ["b"], ["c"], "", ("to", 7L))),
        ("fractions to half precision", false, g =>
            g.Weight("a", [3], 0.1f, 1000.3f, 65504).Node("Cast", ["a"], ["b"], "", ("to", 10L))
            .Node("Cast", ["b"], ["c"], "", ("to", 1L))),
        ("whole numbers between bounds", true, g =>
            g.Integers("a", [3], -7, 7, 5).Integers("low", [], -2).Node("Clip", ["a", "low"], ["c"])),
        ("sums without the number itself, backwards", true, g =>
            g.Integers("a", [3], 1, 2, 3).Integers("axis", [], 0)
            .Node("CumSum", ["a", "axis"], ["c"], "", ("exclusive", 1L), ("reverse", 1L))),
        ("a root of a whole number's power", true, g => g.Integers("a", [3], 4, 9, 2).Weight("b", [], 0.5f).Node("Pow", ["a", "b"], ["c"])),
        ("halves to even", false, g => g.Weight("a", [3], 0.5f, 1.5f, -2.5f).Node("Round", ["a"], ["c"])),
    ];

    public static TheoryData<string> Names => [.. Constants.Select(constant => constant.Name)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void AConstant_IsOnnxRuntimes(string name)
    {
        (_, bool isWhole, Action<OnnxBytes> add) = Constants.Single(constant => constant.Name == name);
        var model = new OnnxBytes { Opset = 14 }.Input("x", -1, 3, 1, 1);
        add(model);
        model = isWhole ? model.Node("Cast", ["c"], ["n"], "", ("to", 1L)) : model.Node("Identity", ["c"], ["n"]);
        File.WriteAllBytes(_path, model.Node("Flatten", ["x"], ["f"]).Node("Mul", ["f", "n"], ["y"]).Output("y").ToArray());
        using DisposeScope scope = NewDisposeScope();
        using Network network = OnnxFile.Open(_path).ToNetwork(1, 1, _ => { });
        Assert.Equal(OnnxReference.Run(_path, ones(1, 3, 1, 1)),
            Executor.Run(network, ones(1, 3, 1, 1), [], track: false).Logits.data<float>().ToArray());
    }

    [Fact]
    public void DataThatBeginsNowhere_IsRefused_AndNumbersAreReadAlikeEverywhere()
    {
        byte[] model = new OnnxBytes().Input("x", -1, 3, 2, 2).External("w", [12], Path.GetFileNameWithoutExtension(_path) + ".bin", 98765)
            .Node("Flatten", ["x"], ["f"]).Node("Mul", ["f", "w"], ["y"]).Output("y").ToArray();
        string data = Path.ChangeExtension(_path, ".bin");
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            File.WriteAllBytes(data, new byte[200]);
            // A culture that writes its negative sign otherwise reads "-" as no sign.
            CultureInfo.CurrentCulture = new CultureInfo("sv-SE")
            {
                NumberFormat =
                { NegativeSign = "\u2212", NumberGroupSeparator = "." }
            };
            foreach (var (offset, message) in new[] { ("98 65", "begins at '98 65'"), ("1e999", "begins at '1e999'"), ("-0001", "1 on of"),
                ("98765", "from 98765 on of") })
            {
                int at = model.AsSpan().IndexOf("98765"u8);
                byte[] changed = [.. model[..at], .. System.Text.Encoding.ASCII.GetBytes(offset), .. model[(at + 5)..]];
                File.WriteAllBytes(_path, changed);
                Assert.Contains(message, Assert.Throws<WeightFileException>(() => OnnxFile.Open(_path).ToNetwork(2, 2, _ => { })).Message,
                    StringComparison.Ordinal);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            File.Delete(data);
        }
    }
}
