using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

public class WeightFileTests
{
    [Theory]
    [InlineData("types.pth", "PyTorch zip")]
    [InlineData("types_legacy.pth", "PyTorch legacy")]
    [InlineData("types.safetensors", "safetensors")]
    public void EveryElementType_IsReadExactly(string name, string format)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal(format, file.Format);
        Assert.Equal(WeightFixtures.AllTypes, file.Entries.Take(10).Select(e => e.Type));
        foreach (WeightEntry entry in file.Entries.Take(10))
        {
            Assert.Equal([3, 5], entry.Shape);
            Assert.Equal(WeightFixtures.Ramp(15, entry.Type), file.Values(entry.Name));
        }
    }

    [Theory]
    [InlineData("views.pth")]
    [InlineData("views_legacy.pth")]
    [InlineData("views_deflated.pth")]
    public void Views_AreReadAsPyTorchSeesThem(string name)
    {
        double[] b = WeightFixtures.Ramp(24);
        double[] c = WeightFixtures.Ramp(24);
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        string[] names = ["base", "transposed", "column", "rows", "steps", "expanded", "scalar", "empty", "conv", "number"];
        Assert.Equal(names, file.Entries.Select(e => e.Name));
        Assert.Equal(b, file.Values("base"));
        Assert.Equal(from column in Enumerable.Range(0, 6) from row in Enumerable.Range(0, 4) select b[6 * row + column],
            file.Values("transposed"));
        Assert.Equal([b[2], b[8], b[14], b[20]], file.Values("column"));
        Assert.Equal(b[6..18], file.Values("rows"));
        Assert.Equal([b[0], b[3], b[12], b[15]], file.Values("steps"));
        Assert.Equal([.. b[6..9], .. b[6..9], .. b[6..9], .. b[6..9]], file.Values("expanded"));
        Assert.Equal([b[15]], file.Values("scalar"));
        Assert.Empty(file.Values("empty"));
        Assert.Equal(c, file.Values("conv"));
        Assert.Equal([7], file.Values("number"));
        Assert.Equal(["4,6", "6,4", "4", "2,6", "2,2", "4,3", "", "0,6", "2,3,2,2", ""],
            file.Entries.Select(e => string.Join(',', e.Shape)));
    }

    [Theory]
    [CombinedData(["", "_legacy"], [1, 2, 3, 4, 5])]
    public void StateDictOfAModule_IsRead_InEveryPickleProtocol(string suffix, int protocol)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File($"module_protocol{protocol}{suffix}.pth"));

        Assert.Equal(
            [
                "0.weight Float32 [3, 2, 2, 2]", "0.bias Float32 [3]", "1.weight Float32 [3]", "1.bias Float32 [3]",
                "1.running_mean Float32 [3]", "1.running_var Float32 [3]", "1.num_batches_tracked Int64 []",
            ],
            file.Entries.Select(e => e.ToString()));
        Assert.Equal(WeightFixtures.Ramp(24), file.Values("0.weight"));
        Assert.Equal(WeightFixtures.Ramp(3), file.Values("1.running_var"));
        Assert.Equal([-39], file.Values("1.num_batches_tracked"));
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void FileFromPython2_IsRead()
    {
        double[] ramp = WeightFixtures.Ramp(24);
        using WeightFile file = WeightFile.Open(WeightFixtures.File("python2_legacy.pth"));

        Assert.Equal(ramp, file.Values("whole"));
        Assert.Equal([ramp[7], ramp[9], ramp[11], ramp[13], ramp[15], ramp[17]], file.Values("part"));
    }

    [Theory]
    [InlineData("parameters.pth")]
    [InlineData("parameters_legacy.pth")]
    public void Parameters_AreReadAsTensors(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal(WeightFixtures.Ramp(6), file.Values("weight"));
        Assert.Equal(WeightFixtures.Ramp(4), file.Values("frozen"));
    }

    [Theory]
    [InlineData("mixed.pth")]
    [InlineData("mixed_legacy.pth")]
    public void WhatIsNoTensor_IsPassedOver(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal("weight Float32 [2, 3]", Assert.Single(file.Entries).ToString());
        Assert.Equal(WeightFixtures.Ramp(6), file.Values("weight"));
    }

    [Fact]
    public void SafetensorsMetadata_IsThere_AndSmallTensorsToo()
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File("types.safetensors"));

        Assert.Equal(new Dictionary<string, string> { ["format"] = "pt", ["note"] = "größe" }, file.Metadata);
        Assert.Equal([7], file.Values("number"));
        Assert.Empty(file.Values("empty"));
        Assert.Equal([0, 3], file.Entries.Single(e => e.Name == "empty").Shape);
    }

    [Fact]
    public void Content_Decides_NotTheName()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a [1].txt", File.ReadAllBytes(WeightFixtures.File("types.safetensors")));

        using WeightFile file = WeightFile.Open(path);

        Assert.Equal("safetensors", file.Format);
        Assert.Equal(path, file.Path);
    }

    [Theory]
    [InlineData("views.pth")]
    [InlineData("views_legacy.pth")]
    [InlineData("types.safetensors")]
    public void Dispose_LetsGoOfTheFile_AndTensorsLiveOn(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, File.ReadAllBytes(WeightFixtures.File(name)));
        WeightFile file = WeightFile.Open(path);
        using Tensor tensor = file.Read(file.Entries[0]);
        double first = tensor.to(ScalarType.Float64).flatten()[0].item<double>();

        file.Dispose();

        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(-9.75, first);
            Assert.Equal(-9.75, tensor.to(ScalarType.Float64).flatten()[0].item<double>());
        }
        Assert.Throws<ObjectDisposedException>(() => file.Read(file.Entries[0]));
    }

    [Fact]
    public void TensorsOverOneStorage_AreSeparate()
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File("views.pth"));
        using Tensor rows = file.Read(file.Entries.Single(e => e.Name == "rows"));

        rows.fill_(99);

        Assert.Equal(WeightFixtures.Ramp(24), file.Values("base"));
    }

    [Theory]
    [InlineData("views.pth")]
    [InlineData("views_legacy.pth")]
    [InlineData("types.safetensors")]
    public void OneTensorIsLeftOfAReading_AndItBelongsToTheCallersScope(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));
        foreach (WeightEntry entry in file.Entries)
        {
            using DisposeScope scope = NewDisposeScope();
            long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

            file.Read(entry);

            Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            Assert.Equal(1, scope.DisposablesCount);
        }
    }

    [Fact]
    public void ManagedMemory_StaysSmall_WhateverTheFileHolds()
    {
        const int Megabytes = 64;
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.FullName, "large.safetensors");
        using (Tensor large = zeros(Megabytes << 18))
        {
            SafetensorsWriter.Write(path, [new("large", large)]);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();

        using WeightFile file = WeightFile.Open(path);
        using Tensor tensor = file.Read(file.Entries[0]);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Equal(0, tensor.abs().max().item<float>());
    }

    [Fact]
    public void EntryThatIsFromNoFile_IsRefused()
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File("types.safetensors"));

        Assert.Throws<ArgumentException>(() => file.Read(new WeightEntry("made up", ScalarType.Float32, [1])));
    }

    [Fact]
    public void MissingFile_IsTheSystemsError() =>
        Assert.Throws<FileNotFoundException>(() => WeightFile.Open(WeightFixtures.File("missing.pth")));
}

/// <summary>Every pair of a text and a number.</summary>
internal sealed class CombinedDataAttribute(string[] texts, int[] numbers) : Xunit.Sdk.DataAttribute
{
    public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
        from text in texts from number in numbers select new object[] { text, number };
}
