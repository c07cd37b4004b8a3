using System.Buffers.Binary;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

public class SafetensorsWriterTests
{
    static SafetensorsWriterTests() => EasyExplain.Runtime.NativeLibraries.LoadTorch();

    [Fact]
    public void WhatIsWritten_IsReadBack()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.FullName, "a [1].safetensors");
        Tensor ramp = tensor(WeightFixtures.Ramp(24)).view(4, 6);
        List<KeyValuePair<string, Tensor>> tensors =
        [
            .. WeightFixtures.AllTypes.Select(t =>
            new KeyValuePair<string, Tensor>("type." + t, tensor(WeightFixtures.Ramp(15, t)).to(t).view(3, 5))),
            new("transposed", ramp.t()),
            new("number", tensor(7L)),
            new("empty \"größe\"\n", zeros(0, 3)),
            new("parameter", nn.Parameter(ramp.alias())),
        ];
        var metadata = new Dictionary<string, string> { ["architecture"] = "resnet20", ["labels"] = "cat,\"dog\"" };

        SafetensorsWriter.Write(path, tensors, metadata);

        using WeightFile file = WeightFile.Open(path);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Select(t => t.Key).Order(), file.Entries.Select(e => e.Name).Order());
        foreach (ScalarType type in WeightFixtures.AllTypes)
        {
            Assert.Equal(WeightFixtures.Ramp(15, type), file.Values("type." + type));
        }
        Assert.Equal(ramp.t().contiguous().data<double>().ToArray(), file.Values("transposed"));
        Assert.Equal([7], file.Values("number"));
        Assert.Empty(file.Values("empty \"größe\"\n"));
        Assert.Equal(WeightFixtures.Ramp(24), file.Values("parameter"));
        Assert.Equal([path], Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public void DataIsAligned_SoThatEveryReaderCanMapIt()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.FullName, "aligned.safetensors");
        using Tensor odd = zeros(3, ScalarType.Byte), wide = arange(2, ScalarType.Int64);

        SafetensorsWriter.Write(path, [new("odd", odd), new("wide", wide)]);

        byte[] bytes = File.ReadAllBytes(path);
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0ul, header % 8);
        Assert.Equal(1, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 + (int)header + 8)));
    }

    [Fact]
    public void FailedWriting_LeavesTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("old.safetensors", [1, 2, 3]);
        string taken = Directory.CreateDirectory(Path.Combine(folder.FullName, "taken.safetensors")).FullName;
        using Tensor good = zeros(3), complex = zeros(3, ScalarType.ComplexFloat32), dead = zeros(3);
        dead.Dispose();

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new("a", good), new("a", good)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new("__metadata__", good)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new("c", complex)]));
        Assert.ThrowsAny<Exception>(() => SafetensorsWriter.Write(path, [new("a", good), new("b", dead)]));
        Assert.Throws<DirectoryNotFoundException>(() =>
            SafetensorsWriter.Write(Path.Combine(folder.FullName, "no", "x.safetensors"), [new("a", good)]));

        Assert.ThrowsAny<IOException>(() => SafetensorsWriter.Write(taken, [new("a", good)]));

        Assert.Equal([path, taken], Directory.GetFileSystemEntries(folder.FullName).Order());
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }
}
