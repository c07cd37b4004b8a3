using System.IO.Compression;
using System.Text;
using EasyExplain.Import.TorchScript;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Import.TorchScript;

/// <summary>
/// Files that nobody has saved: each ends in a network or in an error that says what is wrong, never in a crash or without end.
/// </summary>
public sealed class HostileScriptTests : IDisposable
{
    private const string Class = "class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.pt");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("    return __torch__.f(x, )\ndef f(x: Tensor) -> Tensor:\n  return __torch__.g(x, )\ndef g(x: Tensor) -> Tensor:\n  " +
        "return __torch__.f(x, )\n", "recursion without end")]
    [InlineData("    return (self).forward(x, )\n", "recursion without end")]
    [InlineData("    while True:\n      pass\n    return x\n", "loop without end")]
    [InlineData("    for i in range(9223372036854775807):\n      y = i\n    return x\n", "loop without end")]
    [InlineData("    while True:\n      x = torch.sigmoid(x)\n    return x\n", "loop without end")]
    [InlineData("    y = [1]\n    while True:\n      y = torch.add(y, y)\n    return x\n", "a list of more than")]
    [InlineData("    y = \"ab\"\n    while True:\n      y = torch.add(y, y)\n    return x\n", "a text without end")]
    [InlineData("    y = torch.zeros([100000, 100000, 100000])\n    return x\n", "a tensor of 1000000000000000 numbers")]
    [InlineData("    y = torch.arange(1000000000000)\n    return x\n", "a tensor of 1000000000000 numbers")]
    [InlineData("    y = torch.add(torch.zeros([100000, 1]), torch.zeros([1, 100000]))\n    return x\n", "a tensor of 10000000000 numbers")]
    [InlineData("    y = torch.matmul(torch.zeros([100000, 1]), torch.zeros([1, 100000]))\n    return x\n",
        "would make 10000000000 numbers")]
    [InlineData("    y = torch.constant_pad_nd(torch.zeros([2, 2]), [0, 100000, 0, 100000], 0.)\n    return x\n", "numbers")]
    [InlineData("    y = 99999999999999999999999999\n    return x\n", "no number of 64 bits")]
    [InlineData("    y = torch.floordiv(1, 0)\n    return x\n", "divides by 0")]
    [InlineData("    y = [1, 2]\n    return y[7]\n", "item 7 of a list of 2")]
    [InlineData("    y = torch.mul([1], 1000000000000)\n    return x\n", "a list of more than")]
    [InlineData("    y = torch.permute(x, [0, 0, 0, 0])\n    return y\n", "in an order that is none")]
    [InlineData("    y = torch.view(x, [7, 7])\n    return y\n", "")]
    [InlineData("    return torch.select(x, 9, 0)\n", "dimension 9")]
    [InlineData("    return self.nothing\n", "has no 'nothing'")]
    [InlineData("    return undefined\n", "")]
    [InlineData("    return 3\n", "does not depend on the picture")]
    [InlineData("    return x\n", "a classifier's is [pictures, classes]")]
    [InlineData("    return __torch__.none(x, )\n", "no code for '__torch__.none'")]
    [InlineData("    ops.prim.RaiseException(\"AssertionError: too small\")\n    return x\n", "too small")]
    [InlineData("    x = = 3\n", "where a value is expected")]
    [InlineData("    return \"\n", "a text without an end")]
    public void CodeThatNobodyWrites_IsRefused(string code, string message)
    {
        Exception error = Refused(Archive(Class + code));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CodeThatIsNestedTooDeeply_IsRefused()
    {
        Refused(Archive(Class + $"    return {new string('(', 100_000)}x{new string(')', 100_000)}\n"));
        Refused(Archive(Class + $"    return {string.Concat(Enumerable.Repeat("-", 100_000))}y\n"));
        Refused(Archive(Class + $"    return {string.Concat(Enumerable.Repeat("not ", 100_000))}y\n"));
        Refused(Archive(Class + string.Concat(Enumerable.Range(2, 500).Select(depth => new string(' ', 2 * depth) + "if True:\n"))));
    }

    [Fact]
    public void MissingOperators_AreNamedAllAtOnce_WithTheirLayers()
    {
        var error = (ModelImportException)Refused(
            Archive(Class + "    y = torch.fft_fft2(x)\n    z = torch.relu(y)\n    w = torch.topk(z, 3)\n    return torch.histc(x)\n"));
        Assert.Equal(ModelFault.UnsupportedOperator, error.Fault);
        Assert.Contains("torch.fft_fft2", error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.histc", error.Message, StringComparison.Ordinal);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModuleThatHoldsItself_HasAnEnd()
    {
        // {"self": <memo 0>} as the state of object 0.
        byte[] pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("q\0").Raw("}").Text("again").Raw("h\0")
            .Raw("sb").Bytes;
        Refused(Archive(Class + "    return (self.again).forward(x, )\n", pickle));
    }

    [Fact]
    public void ATensorLargerThanTheFile_IsRefused()
    {
        byte[] pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("w")
            .Tensor([1 << 20, 1 << 20], [1 << 20, 1], stored: 1L << 40).Raw("sb").Bytes;
        Assert.Contains("cannot be read", Refused(Archive(Class + "    return torch.add(x, self.w)\n", pickle)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("control_scripted", 16)]
    [InlineData("vit_traced", 16)]
    public void ATruncatedFile_IsRefused(string name, long size)
    {
        byte[] whole = File.ReadAllBytes(Repository.Data("torchscript", name + ".pt"));
        for (int length = 0; length < whole.Length; length += whole.Length / 40 + 1)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.NotNull(Import(size));
        }
    }

    [Theory]
    [InlineData("control_scripted", 16, 100)]
    [InlineData("constants_traced", 16, 60)]
    [InlineData("swin_scripted", 16, 20)]
    [InlineData("resnet_traced", 32, 60)]
    public void MutatedFiles_EndInANetworkOrACleanError(string name, long size, int count)
    {
        byte[] whole = File.ReadAllBytes(Repository.Data("torchscript", name + ".pt"));
        count = int.TryParse(Environment.GetEnvironmentVariable("EASYEXPLAIN_MUTATIONS"), out int asked) ? asked : count;
        for (int seed = 0; seed < count; seed++)
        {
            File.WriteAllBytes(_path, ScriptMutator.Mutate(whole, new Random(seed)));
            Import(size);
        }
    }

    /// <summary>What importing the file ends in: null for a network; any other exception than the two is the test's failure.</summary>
    private Exception? Import(long size)
    {
        try
        {
            using TorchScriptFile file = TorchScriptFile.Open(_path);
            using Network network = file.ToNetwork(size, size, _ => { });
            return null;
        }
        catch (WeightFileException e)
        {
            return e;
        }
        catch (ModelImportException e)
        {
            return e;
        }
    }

    private Exception Refused(byte[] archive)
    {
        File.WriteAllBytes(_path, archive);
        return Import(8) ?? throw new InvalidOperationException("It was imported.");
    }

    private static byte[] Archive(string code, byte[]? pickle = null)
    {
        pickle ??= new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("training").Raw([0x89]).Raw("sb").Bytes;
        return PickleBuilder.Zip(pickle,
            ("archive/code/__torch__.py", Encoding.UTF8.GetBytes(code), CompressionLevel.NoCompression),
            ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression),
            ("archive/data/0", new byte[24], CompressionLevel.NoCompression));
    }
}
