using System.IO.Compression;
using System.Text;
using EasyExplain.Import.TorchScript;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.TorchScript;

/// <summary>
/// Single operators of scripts, in the forms that PyTorch of today writes, against libtorch's own reading of the same code.
/// </summary>
public sealed class AtenTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.pt");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("torch.scaled_dot_product_attention(x, x, x)")]
    [InlineData("torch.scaled_dot_product_attention(x, x, x, None, 0., False, scale=0.25)")]
    [InlineData("torch.scaled_dot_product_attention(x, x, x, torch.ones([8, 8], dtype=6))")]
    [InlineData("torch.upsample_nearest2d(x, [12, 16], None)")]
    [InlineData("torch.upsample_nearest2d(x, None, [2., 2.])")]
    [InlineData("torch.upsample_bilinear2d(x, [11, 5], False, None)")]
    [InlineData("torch.upsample_bilinear2d(x, None, True, [2., 1.5])")]
    [InlineData("torch.upsample_bicubic2d(x, [16, 16], False, None)")]
    [InlineData("torch.pixel_shuffle(torch.pixel_unshuffle(x, 4), 2)")]
    [InlineData("torch.channel_shuffle(torch.cat([x, x], 1), 2)")]
    [InlineData("torch.movedim(x, 1, 3)")]
    [InlineData("torch.unflatten(x, 3, [2, -1])")]
    [InlineData("torch.square(x)")]
    [InlineData("torch.rms_norm(x, [8], None, 0.001)")]
    [InlineData("torch.linalg_vector_norm(x, 2, [1], True)")]
    [InlineData("torch.div(x, torch.clamp_min(torch.linalg_vector_norm(x, 2, [1], True), 0.001))")]
    [InlineData("torch.glu(torch.cat([x, x], 1), 1)")]
    [InlineData("torch.gelu(x, approximate=\"tanh\")")]
    [InlineData("torch.hardtanh(x, -0.5, 0.25)")]
    [InlineData("torch.log_sigmoid(x)")]
    [InlineData("torch.softplus(x, 1, 20)")]
    [InlineData("torch.elu(x, 0.5, 1, 1)")]
    [InlineData("torch.threshold(x, 0.1, 0.)")]
    [InlineData("torch.std(x, [2, 3], unbiased=False, keepdim=True)")]
    [InlineData("torch.var(x, [1], unbiased=True, keepdim=True)")]
    [InlineData("torch.avg_pool2d(x, [3, 3], [2, 2], [1, 1], True, False, None)")]
    [InlineData("torch.max_pool2d(x, [3, 2], [2, 1], [1, 0], [1, 2], True)")]
    [InlineData("torch.adaptive_avg_pool2d(x, [3, 5])")]
    [InlineData("torch.constant_pad_nd(x, [1, -1, 2, 0], 0.5)")]
    [InlineData("torch.reflection_pad2d(x, [1, 2, 3, 0])")]
    [InlineData("torch.flip(x, [3])")]
    [InlineData("torch.tile(x, [1, 2, 1, 1])")]
    [InlineData("torch.einsum(\"nchw,nkhw->nchk\", [x, x])")]
    [InlineData("torch.rsub(x, 1., alpha=2)")]
    [InlineData("torch.where(torch.gt(x, 0.), x, torch.mul(x, 0.5))")]
    [InlineData("torch.softmax(x, -1, dtype=None)")]
    [InlineData("torch.cosine_similarity(x, torch.neg(torch.abs(x)), 1)")]
    [InlineData("torch.mul(x, torch.view(torch.div(torch.tensor([-7., 7., 5.]), 2., rounding_mode=\"trunc\"), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.div(torch.tensor([-7, 7, 5]), 2, rounding_mode=\"trunc\"), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.div(torch.tensor([-7., 7., 5.]), 2., rounding_mode=\"floor\"), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.trunc(torch.tensor([-1.5, 2.5, 0.5])), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.floor(torch.tensor([-1.5, 2.5, 0.5])), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.round(torch.tensor([-1.5, 2.5, 0.5])), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.fmod(torch.tensor([-7., 7., 5.]), 3.), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.view(torch.remainder(torch.tensor([-7., 7., 5.]), 3.), [3, 1, 1]))")]
    [InlineData("torch.mul(x, torch.sum(torch.div(torch.ones_like(torch.tensor([-7, 7])), 2, rounding_mode=\"trunc\")))")]
    [InlineData("torch.mul(x, torch.matmul(torch.tensor([1., 2., 3.]), torch.tensor([0.5, 1., -1.])))")]
    [InlineData("torch.mul(x, torch.view(torch.matmul(torch.mean(x, [2, 3]), torch.tensor([0.5, 1., -1.])), [-1, 1, 1, 1]))")]
    [InlineData("torch.neg(x)\n    z = torch.copy_(torch.slice(y, 1, 0, 2), torch.slice(x, 1, 1, 3))")]
    [InlineData("torch.neg(x)\n    z = torch.copy_(torch.slice(y, 1, 1, 3), torch.slice(x, 1, 0, 1))")]
    [InlineData("torch.neg(x)\n    z = torch.copy_(torch.select(torch.slice(y, 2, 1, 5), 3, -4), torch.select(torch.slice(x, 2, 0, 4), 3, 2))")]
    [InlineData("torch.neg(x)\n    z = torch.mul_(torch.narrow(y, 3, -3, 2), 3.)\n    w = torch.sigmoid_(torch.select(y, 1, 1))")]
    [InlineData("torch.neg(x)\n    z = torch.add_((torch.split(y, [1, 2], 1))[1], 2.)")]
    [InlineData("torch.normal_functional(x)", false)]
    public void AnOperator_DoesWhatLibtorchDoes(string expression, bool known = true)
    {
        string code = "    y = " + expression + "\n    return torch.flatten(y, 1)\n";
        PickleBuilder pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("training").Raw([0x89])
            .Raw("sb");
        File.WriteAllBytes(_path, PickleBuilder.Zip(pickle.Bytes,
            ("archive/code/__torch__.py", Encoding.UTF8
                .GetBytes("class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n" + code),
                CompressionLevel.NoCompression),
            ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression)));
        using TorchScriptFile file = TorchScriptFile.Open(_path);
        if (!known)
        {
            Assert.Contains("normal_functional", Assert.ThrowsAny<Exception>(() => file.ToNetwork(8, 8, _ => { })).Message,
                StringComparison.Ordinal);
            return;
        }
        using Network network = file.ToNetwork(8, 8, _ => { });
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn([2, 3, 8, 8], generator: new Generator(7));
        using jit.CompilationUnit unit = jit.compile("def f(x):\n" + code + "\n");
        Tensor right = (Tensor)unit.invoke("f", pictures)!, found = Executor.Run(network, pictures, [], track: false).Logits;
        Assert.Equal(right.shape, found.shape);
        Assert.True((right - found).abs().max().item<float>() < 1e-5, $"{(right - found).abs().max().item<float>()}");
    }
}
