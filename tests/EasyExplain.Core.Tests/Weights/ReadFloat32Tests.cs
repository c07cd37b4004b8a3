using System.IO.Compression;
using System.Runtime.InteropServices;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

public class ReadFloat32Tests
{
    [Theory]
    [InlineData("types.pth")]
    [InlineData("types_legacy.pth")]
    [InlineData("types.safetensors")]
    [InlineData("views.pth")]
    [InlineData("views_deflated.pth")]
    public void EveryType_AndEveryView_HasTheSameValues(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));
        foreach (WeightEntry entry in file.Entries)
        {
            using Tensor tensor = file.ReadFloat32(entry);

            Assert.Equal(ScalarType.Float32, tensor.dtype);
            Assert.Equal(entry.Shape, tensor.shape);
            Assert.True(tensor.is_contiguous());
            Assert.Equal(file.Values(entry.Name), tensor.NumberOfElements == 0 ? []
                : tensor.data<float>().ToArray().Select(value => (double)value));
        }
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    public void ManyElements_ConvertedPieceByPiece_AreAllThere(CompressionLevel level)
    {
        const int Count = 50_001, Offset = 7;
        Half[] values = [.. Enumerable.Range(0, Count).Select(i => (Half)(i % 2039))];
        using var folder = new TemporaryFolder();
        string path = folder.Write("half.pth", PickleBuilder.Zip(
            PickleBuilder.StateDict([Count - Offset], [1], Offset, Count, storage: "torch\nHalfStorage\n").Bytes,
            ("archive/data/0", MemoryMarshal.AsBytes<Half>(values).ToArray(), level)));
        using WeightFile file = WeightFile.Open(path);

        using Tensor tensor = file.ReadFloat32(file.Entries[0]);

        Assert.Equal(values[Offset..].Select(value => (float)value), tensor.data<float>().ToArray());
    }

    [Fact]
    public void AViewWithGaps_IsConvertedAsPyTorchSeesIt()
    {
        Half[] values = [.. Enumerable.Range(0, 6).Select(i => (Half)i)];
        using var folder = new TemporaryFolder();
        string path = folder.Write("half.pth", PickleBuilder.Zip(
            PickleBuilder.StateDict([3, 2], [1, 3], storage: "torch\nHalfStorage\n").Bytes,
            ("archive/data/0", MemoryMarshal.AsBytes<Half>(values).ToArray(), CompressionLevel.NoCompression)));
        using WeightFile file = WeightFile.Open(path);

        using Tensor tensor = file.ReadFloat32(file.Entries[0]);

        Assert.Equal([0, 3, 1, 4, 2, 5], tensor.data<float>().ToArray());
    }

    [Fact]
    public void OneTensorIsLeftOfAReading_AndItBelongsToTheCallersScope()
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File("types.pth"));
        foreach (WeightEntry entry in file.Entries)
        {
            using DisposeScope scope = NewDisposeScope();
            long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

            file.ReadFloat32(entry);

            Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            Assert.Equal(1, scope.DisposablesCount);
        }
    }
}
