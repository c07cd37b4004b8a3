using EasyExplain.Checkpoints;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>Queries, keys and values that a file has apart, as the one tensor that a network has.</summary>
public sealed class JoinedTensorsTests
{
    [Fact]
    public void Parts_StandBelowOneAnother_InTheirOrder_WhateverTheFiles()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Read(
            ("w:2of3", tensor(new float[] { 5, 6 }, [1, 2])), ("w:3of3", tensor(new float[] { 7, 8, 9, 10 }, [2, 2]).to(float64)),
            ("w:1of3", tensor(new float[] { 1, 2, 3, 4 }, [2, 2]).to(float16))));
    }

    [Fact]
    public void KeysWithoutABias_HaveOneOfZeros() =>
        Assert.Equal([1, 2, 0, 0, 3, 4], Read(("b:3of3", tensor(new float[] { 3, 4 })), ("b:1of3", tensor(new float[] { 1, 2 }))));

    [Fact]
    public void WhatHasNoMark_StaysWhatItIs()
    {
        WeightEntry[] entries = [Entry("a", 3), Entry("b:x", 3), Entry(":1of3", 3), Entry("c:4of3", 3), Entry("d:1of1", 3)];
        Assert.Equal(entries, JoinedTensors.Join(entries));
    }

    [Theory]
    [InlineData("w:1of3 [2,4], w:2of3 [2,5], w:3of3 [2,4]")]
    [InlineData("w:1of3 [2,4], w:3of3 [2,4]")]
    [InlineData("b:1of3 [2], b:2of3 [2]")]
    [InlineData("b:2of3 [2], b:3of3 [2]")]
    [InlineData("b:1of2 [2]")]
    [InlineData("b:1of3 [2], b:2of3 [2], b:3of3 [2], b:3of3 [2]")]
    [InlineData("b:1of2 [], b:2of2 []")]
    public void PartsThatMakeNoWhole_StayParts(string given)
    {
        WeightEntry[] entries = [.. given.Split(", ").Select(text => text.Split(' ')).Select(pair => Entry(pair[0],
            [.. pair[1].Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)]))];
        Assert.Equal(entries, JoinedTensors.Join(entries));
    }

    private static float[] Read(params (string Name, Tensor Value)[] parts)
    {
        string path = Path.GetTempFileName();
        try
        {
            SafetensorsWriter.Write(path, [.. parts.Select(part => KeyValuePair.Create(part.Name, part.Value))], null);
            using WeightFile file = WeightFile.Open(path);
            WeightEntry whole = Assert.Single(JoinedTensors.Join(file.Entries));
            using Tensor read = JoinedTensors.ReadFloat32(file, whole);
            Assert.Equal(whole.Shape, read.shape);
            return read.data<float>().ToArray();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static WeightEntry Entry(string name, params long[] shape) => new(name, ScalarType.Float32, shape);
}
