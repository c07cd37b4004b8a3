using System.IO.Compression;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Files of numpy arrays are told what they are; numpy's things beside tensors do no harm.</summary>
public sealed class NumpyArraysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Kinds =>
        ["dictionary", "list", "one", "inside", "list inside", "numbers too", "some tensors", "new numpy", "protocol 5"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Arrays_AreCalledByTheirName(string kind)
    {
        PickleBuilder arrays = kind switch
        {
            "dictionary" => Dictionary(),
            "list" => Array(Array(new PickleBuilder().Raw("](")).Raw("")).Raw("e"),
            "one" => Array(new PickleBuilder()),
            "inside" => Array(new PickleBuilder().Raw("}").Text("state_dict").Raw("}").Text("conv.weight")).Raw("ss"),
            "list inside" => Array(new PickleBuilder().Raw("}").Text("weights").Raw("](")).Raw("es"),
            "numbers too" => Scalar(Dictionary().Text("accuracy")).Raw("s"),
            "some tensors" => Array(Dictionary().Text("counter").Tensor([6], [1]).Raw("s").Text("fc.weight")).Raw("s"),
            "new numpy" => Array(new PickleBuilder().Raw("}").Text("w"), "numpy._core.multiarray\n_reconstruct\n").Raw("s"),
            _ => Array(new PickleBuilder().Raw("}").Text("w"), "numpy._core.numeric\n_frombuffer\n").Raw("s"),
        };
        foreach (byte[] file in new[] { PickleBuilder.Zip(arrays.Bytes), PickleBuilder.Legacy(arrays.Bytes, []) })
        {
            if (kind != "some tensors" || file[0] == 'P')
            {
                AssertArrays(file);
            }
        }
    }

    /// <summary>A large network's arrays are more than a state dict's pickle ever is: the bytes are in it.</summary>
    [Fact]
    public void MoreThanAPickleMayHave_IsNoOtherError()
    {
        byte[] large = new byte[70 << 20];
        BitConverter.GetBytes(large.Length - 100).CopyTo(large, 0);
        byte[] head = Dictionary().Text("fc.weight").Raw("cnumpy.core.multiarray\n_reconstruct\n(").Bytes[..^1];
        AssertArrays(PickleBuilder.Zip([.. head, (byte)'X', .. large]));
    }

    [Fact]
    public void ALargeValueWithoutArrays_IsTooLarge()
    {
        byte[] large = new byte[70 << 20];
        BitConverter.GetBytes(large.Length - 100).CopyTo(large, 0);
        byte[] head = new PickleBuilder().Raw("}").Text("notes").Bytes[..^1];
        Assert.Contains("is larger than 64 MB, which no state dict is", Message(PickleBuilder.Zip([.. head, (byte)'X', .. large])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void NumpysThings_BesideTensors_ArePassedOver()
    {
        PickleBuilder pickle = Array(Scalar(new PickleBuilder().Raw("}").Text("w").Tensor([6], [1]).Raw("s").Text("accuracy")).Raw("s")
            .Text("rng").Raw("(").Text("MT19937"))
            .Raw("ts");
        using WeightFile file = WeightFile.Open(_folder.Write("w.pth", PickleBuilder.Zip(pickle.Bytes)));
        Assert.Equal(["w"], file.Entries.Select(entry => entry.Name));
    }

    /// <summary>What numpy.savez and pickle.dump write.</summary>
    [Fact]
    public void OtherFilesOfArrays_SaySo()
    {
        using var npz = new MemoryStream();
        using (var archive = new ZipArchive(npz, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("conv.weight.npy").Open().Dispose();
        }
        AssertArrays(npz.ToArray());
        Assert.Contains("a Python pickle of numpy arrays", Message(Dictionary().Bytes), StringComparison.Ordinal);
    }

    /// <summary>A report's.</summary>
    [SharedFact("cases/checkpoints/numpy_arrays.pth")]
    public void TheReportedFile_SaysSo() => Assert.Contains("holds numpy arrays, not tensors",
        Assert.Throws<WeightFileException>(() => WeightFile.Open(Repository.Shared("cases/checkpoints/numpy_arrays.pth"))).Message,
        StringComparison.Ordinal);

    private static PickleBuilder Dictionary() => Array(new PickleBuilder().Raw("}").Text("conv.weight")).Raw("s");

    /// <summary>As protocol 2 writes an array: a call that makes one of no elements, and its state.</summary>
    private static PickleBuilder Array(PickleBuilder pickle, string maker = "numpy.core.multiarray\n_reconstruct\n") =>
        pickle.Raw("c" + maker + "cnumpy\nndarray\n").Tuple(0).Raw("c_codecs\nencode\n").Text("b").Text("latin1").Raw([0x86]).Raw("R")
            .Raw([0x87]).Raw("R(")
            .Integer(1).Tuple(2).Raw("cnumpy\ndtype\n").Text("f4").Raw([0x89, 0x88, 0x87]).Raw("R").Raw([0x89]).Text("\0\0\0\0\0\0\0\0")
            .Raw("tb");

    private static PickleBuilder Scalar(PickleBuilder pickle) =>
        pickle.Raw("cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n").Text("f8").Raw([0x89, 0x88, 0x87]).Raw("R").Text("abcdefgh")
            .Raw([0x86]).Raw("R");

    private void AssertArrays(byte[] file) => Assert.Contains("holds numpy arrays, not tensors", Message(file), StringComparison.Ordinal);

    private string Message(byte[] file) => Assert.Throws<WeightFileException>(() => WeightFile.Open(_folder.Write("w.pth", file))).Message;
}
