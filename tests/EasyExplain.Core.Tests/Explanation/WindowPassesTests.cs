using EasyExplain.Explanation;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>Windows over a picture, and that what is not computed again for each would have been the same.</summary>
public sealed class WindowPassesTests
{
    [Theory]
    [InlineData(6, 7, 4, 3)] // most of it stays as it was
    [InlineData(1, 1, 1, 1)]
    [InlineData(30, 9, 17, 9)] // hardly anything does
    public void TheLogits_AreThoseOfAllOfTheNetworkOnTheCoveredPicture(int height, int width, int down, int across)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Height = 61, Width = 83;
        using Network network = Local(Height, Width);
        using var generator = new Generator(3, CPU);
        Tensor picture = randn([1, 3, Height, Width], dtype: float64, generator: generator);
        var settings = new MethodSettings(1, 0, 0, 16) { Window = (height, width), Stride = (down, across), Baseline = 0.7 };
        var run = new PictureRun(network, picture, [network.Input], [], Executor.Run(network, picture, [network.Input], track: false),
            settings, Progress: null, default);
        WindowGrid windows = WindowGrid.Of(settings, (Height, Width));
        Assert.InRange(LocalPieces.Of(network, [3, Height, Width]).Pieces.Count, 4, 9);
        var passes = new WindowPasses(run, windows);
        int[] some = [0, windows.Count / 3, windows.Count / 2, windows.Count - 3];
        foreach (int first in some)
        {
            Tensor got = passes.Run(first, 3);
            for (int index = 0; index < 3; index++)
            {
                Stretch rows = windows.Rows[(first + index) / windows.Columns.Count];
                Stretch columns = windows.Columns[(first + index) % windows.Columns.Count];
                Tensor covered = picture.clone();
                covered.narrow(2, rows.From, rows.Length).narrow(3, columns.From, columns.Length).fill_(0.7f);
                Tensor wanted = Executor.Run(network, covered, [], track: false).Logits[0];
                Assert.True((got[index] - wanted).abs().max().item<double>() < 1e-9 * wanted.abs().max().item<double>(),
                    $"window {first + index}");
            }
        }
    }

    [Theory]
    [InlineData("resnet18", 224, 7)]
    [InlineData("mobilenet_v2", 224, 7)]
    [InlineData("vgg11", 224, 5)]
    [InlineData("densenet121", 224, 2)]
    [InlineData("efficientnet_b0", 224, 0)] // a squeeze looks at all places
    [InlineData("swin_t", 224, 0)]
    public void NetworksOfConvolutions_AreLocalForAWhile(string architecture, int side, int pieces)
    {
        using Network network = EasyExplain.Architectures.ArchitectureCatalog.Find(architecture).Build(10, side, side);
        Assert.InRange(LocalPieces.Of(network, [3, side, side]).Pieces.Count, pieces, pieces == 0 ? 1 : 20);
    }

    [Fact]
    public void Windows_MoveByTheirStride_AndTheLastOnesStickOut()
    {
        WindowGrid windows = WindowGrid.Of(new MethodSettings(1, 0, 0, 1) { Window = (4, 6), Stride = (2, 5) }, (7, 24));
        Assert.Equal([new(0, 4), new(2, 6), new(4, 7)], windows.Rows);
        Assert.Equal([new(0, 6), new(5, 11), new(10, 16), new(15, 21), new(20, 24)], windows.Columns);
        Assert.Equal(15, windows.Count);
        using DisposeScope scope = NewDisposeScope();
        float[] mean = windows.MeanOver(arange(15f)).data<float>().ToArray();
        Assert.Equal(0, mean[0]);
        Assert.Equal((0 + 1 + 5 + 6) / 4f, mean[2 * 24 + 5]); // where four overlap
        Assert.Equal((10 + 14 - 10) * 1f, mean[6 * 24 + 23]);
    }

    [Theory]
    [InlineData(224, 224, 28, 28, 15 * 15)]
    [InlineData(32, 32, 4, 4, 15 * 15)]
    [InlineData(16, 24, 2, 3, 15 * 12)]
    [InlineData(5, 3, 1, 1, 15)]
    public void TheUsualWindow_IsAnEighthOfThePicture(int height, int width, int down, int across, int count)
    {
        WindowGrid windows = WindowGrid.Of(new MethodSettings(1, 0, 0, 1), (height, width));
        Assert.Equal((down, across, count), ((int)windows.Rows[0].Length, (int)windows.Columns[0].Length, windows.Count));
    }

    [Theory]
    [InlineData(9, 8, 1, 1, "9×8")]
    [InlineData(8, 8, 9, 8, "9×8")]
    public void WhatDoesNotFit_IsRefused_WithItsNumbers(int height, int width, int down, int across, string said)
    {
        var settings = new MethodSettings(1, 0, 0, 1) { Window = (height, width), Stride = (down, across) };
        SelectionException error = Assert.Throws<SelectionException>(() => WindowGrid.Of(settings, (8, 10)));
        Assert.Equal(SelectionFault.WindowNotPossible, error.Fault);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Everything that is local, at sides that nothing divides; then a classifier.</summary>
    private static Network Local(int height, int width)
    {
        var g = new NetworkBuilder(3, height, width);
        Node x = g.ReLU("r1", g.BatchNorm2d("n1", g.Conv2d("c1", g.Input, 4, kernel: 7, stride: 2, padding: 3)));
        x = g.MaxPool2d("p1", x, 3, 2, padding: 1, ceilMode: true);
        Node y = g.Conv2d("c3", g.GELU("g2", g.Conv2d("c2", x, 4, kernel: (3, 1), padding: (1, 0))), 4, kernel: (1, 5), padding: (0, 2));
        x = g.Add(x, y);
        x = g.Concat(g.Conv2d("c4", x, 3, kernel: 1), g.Conv2d("c5", x, 3, kernel: 3, padding: 1), g.AvgPool2d(x, 3, 1, 1));
        x = g.ReLU("r2", g.Conv2d("c6", x, 10, kernel: 3, groups: 2));
        x = g.Add("c7", new Conv2d(new Parameter("c7.weight", 6, 10, 3, 3), null, 1, 2, 1) { Dilation = 2 }, x);
        x = g.AvgPool2d("p2", x, 2, 2);
        x = g.Conv2d("c8", x, 6, kernel: 3, padding: 1);
        x = g.Conv2d("c9", x, 6, kernel: 3, padding: 1);
        return SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", x, 1)), 3)), ScalarType.Float64);
    }
}
