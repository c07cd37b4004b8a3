using EasyExplain.Import.Onnx;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>The layers that a model's own functions and branches make, and what is wrong with some of them.</summary>
public sealed class FunctionTests : IDisposable
{
    private static readonly (string Name, string Message, Action<OnnxBytes> Add)[] Broken =
    [
        ("one that calls itself", "The function 'f' calls itself", g =>
            g.Function("my.lib::f", ["a"], ["b"], f => f.Node("my.lib::f", ["a"], ["b"])).Node("my.lib::f", ["x"], ["y"])),
        ("two that call each other", "The function 'f' calls itself", g =>
            g.Function("my.lib::f", ["a"], ["b"], f => f.Node("my.lib::h", ["a"], ["b"]))
            .Function("my.lib::h", ["a"], ["b"], f => f.Node("my.lib::f", ["a"], ["b"])).Node("my.lib::f", ["x"], ["y"])),
        ("one that calls itself in a branch", "The function 'f' calls itself", g =>
            g.Raw("c", 9, [], [1]).Function("my.lib::f", ["a", "c"], ["b"],
            f => f.Node("If", ["c"], ["b"], "", ("then_branch", new OnnxBytes().Node("my.lib::f", ["a", "c"], ["t"]).Output("t"))))
                .Node("my.lib::f", ["x", "c"], ["y"])),
        ("ever more of them", "more than 50000 operations", g =>
        {
            for (int i = 0; i < 20; i++)
            {
                string next = i == 19 ? "Identity" : $"my.lib::f{i + 1}";
                g.Function($"my.lib::f{i}", ["a"], ["b"], f => f.Node(next, ["a"], ["m"]).Node(next, ["m"], ["b"]));
            }
            g.Integers("one", [], 1).Node("my.lib::f0", ["one"], ["y"]);
        }),
        ("one in the other", "more than 64 deep", g =>
        {
            for (int i = 0; i < 500; i++)
            {
                string next = i == 499 ? "Neg" : $"my.lib::f{i + 1}";
                g.Function($"my.lib::f{i}", ["a"], ["b"], f => f.Node(next, ["a"], ["b"]));
            }
            g.Node("my.lib::f0", ["x"], ["y"]);
        }),
        ("a result that it does not make", "has the result 'c', which nothing in it makes", g =>
            g.Function("my.lib::f", ["a"], ["c"], f => f.Node("Neg", ["a"], ["b"])).Node("my.lib::f", ["x"], ["y"], "call")),
        ("more results than it makes", "makes 1 results, and 2 are taken", g =>
            g.Function("my.lib::f", ["a"], ["b"], f => f.Node("Neg", ["a"], ["b"])).Node("my.lib::f", ["x"], ["z", "y"])),
        ("more inputs than it takes", "takes 1 inputs, and is given 2", g =>
            g.Function("my.lib::f", ["a"], ["b"], f => f.Node("Neg", ["a"], ["b"])).Node("my.lib::f", ["x", "x"], ["y"])),
        ("a name from outside", "reads 'x', which nothing makes before it", g =>
            g.Function("my.lib::f", ["a"], ["b"], f => f.Node("Neg", ["x"], ["b"])).Node("my.lib::f", ["x"], ["y"])),
        ("one that is not there", "my.lib.f in 'y'", g => g.Domain("my.lib").Node("my.lib::f", ["x"], ["y"])),
        ("a branch that the picture chooses", "If (with a condition that depends on the picture) in 'y'", g =>
            g.Weight("z", [], 0).Node("ReduceMax", ["x"], ["m"]).Node("Greater", ["m", "z"], ["c"])
            .Node("If", ["c"], ["y"], "", ("then_branch", new OnnxBytes().Node("Neg", ["x"], ["t"]).Output("t")),
            ("else_branch", new OnnxBytes().Node("Abs", ["x"], ["e"]).Output("e")))),
        ("a branch that is not there", "has no 'else_branch'", g =>
            g.Raw("c", 9, [], [0]).Node("If", ["c"], ["y"], "", ("then_branch", new OnnxBytes().Node("Neg", ["x"], ["t"]).Output("t")))),
        ("several conditions", "has several numbers", g =>
            g.Raw("c", 9, [2], [0, 1]).Node("If", ["c"], ["y"], "",
            ("then_branch", new OnnxBytes().Node("Neg", ["x"], ["t"]).Output("t")))),
        ("scales that do not fit", "has scales or zero points [2] for numbers [4, 3]", g =>
            g.Raw("q", 3, [4, 3], new byte[12]).Weight("s", [2], 1, 2).Node("DequantizeLinear", ["q", "s"], ["w"])
            .Node("MatMul", ["x", "w"], ["y"])),
        ("resized to nothing", "its output would be [0]", g =>
            g.Weight("s", [4], 1, 1, 0.01f, 1).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "cubic"))),
        ("groups of nothing", "asks for dimension 1 of a tensor that has 1", g =>
            g.Weight("s", [2], 1, 2).Integers("flat", [1], -1).Node("Reshape", ["x", "flat"], ["f"])
            .Node("GroupNormalization", ["f", "s", "s"], ["y"], "", ("num_groups", 2L))),
        ("keys of earlier calls", "Attention (with keys and values of earlier calls) in 'y'", g =>
            g.Node("Attention", ["x", "x", "x", "", "x", "x"], ["y"])),
    ];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");

    public static TheoryData<string> Names => [.. Broken.Select(model => model.Name)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatIsWrong_IsSaid(string name)
    {
        (_, string message, Action<OnnxBytes> add) = Broken.Single(model => model.Name == name);
        Exception error = Assert.ThrowsAny<Exception>(() => Import(add));
        Assert.True(error is WeightFileException or ModelImportException, error.ToString());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACallIsALayer_AndWhatIsInItLiesWithin()
    {
        using Network network = Import(g => g.Weight("w", [3, 3, 1, 1], 1, 0, 0, 0, 1, 0, 0, 0, 1)
            .Function("my.lib::gate", ["a"], ["b"], f => f.Node("Sigmoid", ["a"], ["s"], "squash").Node("Mul", ["a", "s"], ["b"]))
            .Function("my.lib::Block", ["a", "w"], ["b"], f =>
            f.Node("Conv", ["a", "w"], ["c"], "conv/Conv").Node("my.lib::gate", ["c"], ["g"], "act").Node("Add", ["a", "g"], ["b"], "sum"))
            .Node("my.lib::Block", ["x", "w"], ["m"], "layer1").Node("my.lib::Block", ["m", "w"], ["n"], "/stage/layer2")
            .Node("my.lib::gate", ["n"], ["y"]));
        string[] layers = [.. network.Layers.Select(layer => $"{layer.Name}: {layer.Type}")];
        Assert.Equal(
            ["layer1: Block", "layer1.conv: Conv2d", "layer1.act: gate", "stage: Module", "stage.layer2: Block",
                "stage.layer2.conv: Conv2d", "stage.layer2.act: gate", "y: gate", "logits: Flatten"],
            layers);
        Assert.IsType<EasyExplain.Networks.Operators.Add>(network.Find("stage.layer2")!.Node.Operator);
        Assert.Equal(new ChannelsFirst(), network.Find("layer1.act")!.Node.Layout);
    }

    [Fact]
    public void WhatIsInABranch_IsNamedAsTheExporterDoes_ElseAfterTheBranch()
    {
        using Network network = Import(g => g.Raw("c", 9, [], [1])
            .Node("If", ["c"], ["m"], "/If", ("then_branch", new OnnxBytes().Node("Relu", ["x"], ["t"], "/layer1/act/Relu").Output("t")))
            .Node("If", ["c"], ["y"], "choice", ("then_branch", new OnnxBytes().Node("Neg", ["m"], ["t"]).Output("t"))));
        Assert.Equal(["layer1: Module", "layer1.act: ReLU", "choice: Negate", "logits: Flatten"],
            network.Layers.Select(layer => $"{layer.Name}: {layer.Type}"));
    }

    [Fact]
    public void AQuantisedModulesLayer_IsWhatItMakesBeforeThatIsPutOnAGrid()
    {
        using Network network = Import(g =>
            g.Weight("s", [], 0.1f).Raw("z", 2, [], [128]).Raw("w", 3, [3, 3, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9])
            .Node("QuantizeLinear", ["x", "s", "z"], ["xq"], "x_QuantizeLinear")
            .Node("DequantizeLinear", ["xq", "s", "z"], ["xd"], "x_DequantizeLinear")
            .Node("DequantizeLinear", ["w", "s"], ["wd"], "w_DequantizeLinear").Node("Conv", ["xd", "wd"], ["c"], "/layer1/conv1/Conv")
            .Node("QuantizeLinear", ["c", "s", "z"], ["cq"], "/layer1/conv1/Conv_output_0_QuantizeLinear")
            .Node("DequantizeLinear", ["cq", "s", "z"], ["c1"], "/layer1/conv1/Conv_output_0_DequantizeLinear")
            .Node("Relu", ["c1"], ["r"], "/layer1/act/Relu")
            .Node("DequantizeLinear", ["cq", "s", "z"], ["c2"], "/layer1/conv1/Conv_output_0_DequantizeLinear_1")
            .Node("Add", ["r", "c2"], ["y"], "/layer1/Add"));
        Assert.Equal(
            ["x_QuantizeLinear: Quantize", "x_DequantizeLinear: Dequantize", "layer1: Add", "layer1.conv1: Conv2d", "layer1.act: ReLU",
                "logits: Flatten"],
            network.Layers.Select(layer => $"{layer.Name}: {layer.Type}"));
        Assert.IsType<EasyExplain.Networks.Operators.Conv2d>(network.Find("layer1.conv1")!.Node.Operator);
        Assert.Equal("layer1.conv1.weight", Assert.Single(network.Find("layer1.conv1")!.Node.Operator.Parameters).Name);
    }

    private Network Import(Action<OnnxBytes> add)
    {
        var model = new OnnxBytes { Opset = 17 }.Input("x", -1, 3, 8, 8);
        add(model);
        File.WriteAllBytes(_path, model.Integers("last", [2], 0, -1).Node("Reshape", ["y", "last"], ["logits"]).Output("logits").ToArray());
        Network network = OnnxFile.Open(_path).ToNetwork(8, 8, _ => { });
        return network;
    }
}
