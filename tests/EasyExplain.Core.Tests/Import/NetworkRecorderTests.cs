using EasyExplain.Import;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;
using Size = EasyExplain.Import.Size;

namespace EasyExplain.Tests.Import;

/// <summary>What an imported network knows of its outputs: which of them lie on the picture, and where.</summary>
public sealed class NetworkRecorderTests
{
    [Fact]
    public void TokensOfAVisionTransformer_LieOnThePicture_BehindTheClassToken()
    {
        using Network network = Transformer();
        Assert.Equal(new ChannelsFirst(), network.Find("patches")!.Node.Layout);
        Assert.Equal(new TokenGrid(1, 2, 4), network.Find("tokens")!.Node.Layout);
        Assert.Equal(new TokenGrid(1, 2, 4), network.Find("attention")!.Node.Layout);
        Assert.Null(network.Find("class_token")!.Node.Layout);
    }

    [Fact]
    public void BehindTheLastAttention_OnlyTheClassTokenCounts()
    {
        using Network network = Transformer();
        Assert.True(network.CellsLeadToOutput(network.Find("tokens")!.Node));
        Assert.False(network.CellsLeadToOutput(network.Find("attention")!.Node));
        Assert.True(network.LeadsToOutput(network.Find("attention")!.Node));
    }

    [Fact]
    public void WindowsOfASwinTransformer_LieOnThePicture_BeforeAndAfter()
    {
        // [N, H, W, C] cut into windows of 2 × 2 and put together again; what is added to the picture lies on it as the picture does.
        var recorder = new NetworkRecorder(3, 4, 6);
        Node x = recorder.Call("", new Permute([0, 2, 3, 1]), recorder.Input);
        Node windows = recorder.Call("", new Reshape([-1, 2, 2, 3, 2, 3]), x);
        windows = recorder.Call("", new Reshape([-1, 4, 3]), recorder.Call("", new Permute([0, 1, 3, 2, 4, 5]), windows));
        Assert.Equal([new Size(0, 6), 4, 3], recorder.Shape(windows));
        Node together = recorder.Call("", new Permute([0, 1, 3, 2, 4, 5]),
            recorder.Call("", new Reshape([-1, 2, 3, 2, 2, 3]), recorder.Call("", new ReLU(), windows)));
        together = recorder.Call("attention", new Reshape([-1, 4, 6, 3]), together);
        Node sum = recorder.Call("block", new Add(), x, together);
        recorder.Layer("attention", "Attention", together);
        recorder.Layer("windows", "Windows", windows);
        using Network network = recorder.Build(recorder.Call("", new Mean([1, 2], false), sum));
        Assert.Equal(new ChannelsLast(), network.Find("attention")!.Node.Layout);
        Assert.Null(network.Find("windows")!.Node.Layout);

        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = Numbers(2, 3, 4, 6);
        Assert.True((Executor.Run(network, pictures, [], track: false).Logits
            - (pictures + pictures.relu()).mean([2, 3])).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void AFlattenedPicture_IsNoGrid()
    {
        var recorder = new NetworkRecorder(3, 4, 4);
        Node flat = recorder.Call("", new Reshape([-1, 12, 4]), recorder.Input);
        recorder.Layer("flat", "Reshape", flat);
        using Network network = recorder.Build(recorder.Call("", new Mean([2], false), flat));
        Assert.Null(network.Find("flat")!.Node.Layout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ASoftmaxAtTheEnd_IsLeftOut_AndSoIsWhatNobodyReads(bool logarithm)
    {
        var recorder = new NetworkRecorder(3, 4, 4);
        Node logits = recorder.Call("fc", new Mean([2, 3], false), recorder.Input);
        Node unread = recorder.Call("unread", new ReLU(), recorder.Input);
        recorder.Layer("unread", "ReLU", unread);
        Node softmax = recorder.Call("softmax", logarithm ? new LogSoftmax(1) : new Softmax(1), logits);
        recorder.Layer("softmax", "Softmax", softmax);
        using Network network = recorder.Build(softmax);
        Assert.Equal(2, network.Nodes.Count);
        Assert.Empty(network.Layers);
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = Numbers(2, 3, 4, 4);
        Assert.True((Executor.Run(network, pictures, [], track: false).Logits - pictures.mean([2, 3])).abs().max().item<float>() < 1e-6);
    }

    [Theory]
    [InlineData(1, 1, "takes 1 channel, but gets 3")]
    [InlineData(2, 3, "takes 6 channels")]
    public void AConvolutionForOtherChannels_IsRefused(long depth, long groups, string message)
    {
        var recorder = new NetworkRecorder(3, 4, 4);
        var error = Assert.Throws<InputChannelsException>(() =>
            recorder.Call("conv1", new Conv2d(Loaded("weight", 6, depth, 1, 1), null, 1, 0, groups), recorder.Input));
        Assert.Contains("'conv1' " + message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWouldFillTheMemory_IsRefused_BeforeItIsMade()
    {
        var recorder = new NetworkRecorder(3, 4, 4);
        var error = Assert.Throws<InvalidDataException>(() =>
            recorder.Call("big", new Pad([0, 1L << 40], PadMode.Constant, 0), recorder.Input));
        Assert.Contains("'big'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PassesWithAChangedLayer_DoNotMixPictures_WhereABatchIsNotFirst()
    {
        // The other branch of the sum is made with the pictures second, so that it cannot be given for many pictures as it stands.
        var recorder = new NetworkRecorder(3, 4, 4);
        Node start = recorder.Call("start", new ReLU(), recorder.Input);
        Node second = recorder.Call("", new Permute([1, 0, 2, 3]), recorder.Call("", new Negate(), recorder.Input));
        Node sum = recorder.Call("", new Add(), recorder.Call("", new Permute([1, 0, 2, 3]), start), second);
        recorder.Layer("start", "ReLU", start);
        using Network network = recorder
            .Build(recorder.Call("", new Mean([2, 3], false), recorder.Call("", new Permute([1, 0, 2, 3]), sum)));
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Numbers(1, 3, 4, 4), changed = Numbers(5, 3, 4, 4) * 2;
        var tail = new Tail(Runner.Libtorch, network, network.Find("start")!.Node);
        Pass clean = Executor.Run(network, picture, tail.Beside, track: false);
        Tensor found = tail.Run(changed, clean.Taps, CancellationToken.None);
        Assert.True((found - (changed - picture).mean([2, 3])).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void APictureThatIsReadAgainLater_IsThere_WhicheverEngineRunsTheBeginning()
    {
        // A roll has no form in ONNX here, so that libtorch takes over before it.
        using DisposeScope scope = NewDisposeScope();
        var recorder = new NetworkRecorder(3, 4, 4);
        Node convolved = recorder.Call("conv", new Conv2d(Loaded("weight", 3, 3, 1, 1), null, 1, 0, 1), recorder.Input);
        Node sum = recorder.Call("", new Add(), recorder.Call("", new Roll([2], [1]), convolved), recorder.Input);
        recorder.Layer("conv", "Conv2d", convolved);
        using Network network = recorder.Build(recorder.Call("", new Mean([2, 3], false), sum));
        using var fast = new CompilingRunner(new EasyExplain.Networks.Engines.OnnxRuntime.OnnxRuntimeEngine());
        Tensor pictures = Numbers(2, 3, 4, 4);
        Tensor right = Executor.Run(network, pictures, [], track: false).Logits;
        Assert.True((right - fast.Run(network, pictures, [network.Find("conv")!.Node],
            track: true).Logits).abs().max().item<float>() < 1e-6);
    }

    private static Network Transformer()
    {
        using DisposeScope scope = NewDisposeScope();
        var recorder = new NetworkRecorder(3, 4, 8);
        Node patches = recorder.Call("patches", new Conv2d(Loaded("patches.weight", 6, 3, 2, 2), null, 2, 0, 1), recorder.Input);
        Node row = recorder.Call("", new Permute([0, 2, 1]), recorder.Call("", new Reshape([-1, 6, 8]), patches));
        Node token = recorder.Call("", new ExpandToBatch(), recorder.Call("", new Constant(Loaded("token", 1, 1, 6))), recorder.Input);
        Node tokens = recorder.Call("tokens", new Concat { Dim = 1 }, token, row);
        Node attention = recorder.Call("attention", new ScaledDotProductAttention(null), tokens, tokens, tokens);
        Node first = recorder.Call("class_token", new Select(1, 0), attention);
        foreach (var (name, node) in new[] { ("patches", patches), ("tokens", tokens), ("attention", attention), ("class_token", first) })
        {
            recorder.Layer(name, node.Operator.Type, node);
        }
        return recorder.Build(first);
    }

    private static Parameter Loaded(string name, params long[] shape)
    {
        var parameter = new Parameter(name, shape);
        parameter.Load(ones(shape));
        return parameter;
    }

    private static Tensor Numbers(params long[] shape)
    {
        long count = shape.Aggregate(1L, (product, size) => product * size);
        return ((arange(count) * 37 % 101).to(float32) / 50 - 1).view(shape);
    }
}
