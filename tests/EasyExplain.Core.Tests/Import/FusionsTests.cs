using System.IO.Compression;
using System.Text;
using EasyExplain.Import;
using EasyExplain.Import.TorchScript;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import;

/// <summary>
/// Operators that a script writes out, which ONNX files are tested for elsewhere: known again, with the numbers that libtorch makes of the
/// same code.
/// </summary>
public sealed class FusionsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.pt");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("SiLU", "y = torch.mul(x, torch.sigmoid(x))")]
    [InlineData("Hardswish", "y = torch.div(torch.mul(x, torch.relu6(torch.add(x, 3))), 6)")]
    [InlineData("Hardsigmoid", "y = torch.div(torch.relu6(torch.add(x, 3)), 6)")]
    [InlineData("GELU", "y = torch.mul(torch.mul(x, 0.5), torch.add(torch.erf(torch.div(x, 1.4142135623730951)), 1))")]
    [InlineData("GELU", "y = torch.mul(torch.mul(x, torch.add(torch.erf(torch.mul(x, 0.7071067811865476)), 1.)), 0.5)")]
    [InlineData("GELU", "y = torch.mul(torch.mul(x, 0.5), torch.add(torch.tanh(torch.mul(torch.add(x, torch.mul(torch.pow(x, 3), " +
        "0.044715)), 0.7978845608028654)), 1.))")]
    [InlineData("RMSNorm", "y = torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.pow(x, 2), [-1], True), 0.001)))")]
    [InlineData("LayerNorm", """
        d = torch.sub(x, torch.mean(x, [-1], True))
            v = torch.var(x, [-1], unbiased=False, keepdim=True)
            n = torch.div(d, torch.sqrt(torch.add(v, 0.001)))
            y = torch.add(torch.mul(n, torch.arange(8)), torch.linspace(-1., 1., 8))
        """)]
    [InlineData("Multiply", "y = torch.mul(x, torch.sigmoid(torch.neg(x)))")]
    [InlineData("Multiply", "y = torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.pow(x, 2), [2], True), 0.001)))")]
    public void WhatAScriptWritesOut_IsKnownAgain(string type, string lines)
    {
        string code = "    " + lines + "\n    return torch.flatten(y, 1)\n";
        PickleBuilder pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("training").Raw([0x89])
            .Raw("sb");
        string module = "class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n" + code;
        File.WriteAllBytes(_path, PickleBuilder.Zip(pickle.Bytes,
            ("archive/code/__torch__.py", Encoding.UTF8.GetBytes(module), CompressionLevel.NoCompression),
            ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression)));
        using TorchScriptFile file = TorchScriptFile.Open(_path);
        using Network network = file.ToNetwork(8, 8, _ => { });
        string[] types = [.. network.Nodes.Where(node => node.Operator is not Constant).Select(node => node.Operator.Type)];
        Assert.True(type == "Multiply" ? types.Contains(type) : types.SequenceEqual(["Input", type, "Flatten"]), string.Join(' ', types));
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn([2, 3, 8, 8], generator: new Generator(7));
        using jit.CompilationUnit unit = jit.compile("def f(x):\n" + code + "\n");
        Tensor right = (Tensor)unit.invoke("f", pictures)!, found = Executor.Run(network, pictures, [], track: false).Logits;
        Assert.True((right - found).abs().max().item<float>() < 1e-5, $"{(right - found).abs().max().item<float>()}");
    }

    [Fact]
    public void WhatOthersKnowByItsName_IsNotTakenFromThem()
    {
        var recorder = new NetworkRecorder(3, 4, 4);
        Node gate = recorder.Call("block.gate", new Sigmoid(), recorder.Input);
        Assert.IsType<SiLU>(new Fusions(recorder, _ => true).Completed(new Multiply(), [recorder.Input, gate])?.Operator);
        Assert.Null(new Fusions(recorder, node => node.Name == "block").Completed(new Multiply(), [recorder.Input, gate]));
    }
}
