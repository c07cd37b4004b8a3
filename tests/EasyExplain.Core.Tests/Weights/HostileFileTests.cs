using System.IO.Compression;
using System.Text;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Files that lie: refused with a sentence, before memory is taken for what they promise.</summary>
public class HostileFileTests
{
    private const long SmallMemory = 4 << 20;

    // ---- tensors that do not fit into their storage (six floats)

    [Theory]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 7 }, new long[] { 1 }, 0)]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 6 }, new long[] { 1 }, 1)]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 2, 3 }, new long[] { 4, 1 }, 0)]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 1 }, new long[] { 1 }, long.MaxValue)]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 3, 3 }, new long[] { long.MaxValue, long.MaxValue }, 0)]
    [InlineData("needs more than the 6 Float32 elements stored", new long[] { 1000000000000 }, new long[] { 1 }, 0)]
    [InlineData("at most 1048576 are accepted", new long[] { 1000000, 1000000 }, new long[] { 0, 0 }, 0)]
    [InlineData("at most 1048576 are accepted", new long[] { 1048577 }, new long[] { 0 }, 0)]
    [InlineData("is impossible", new long[] { -1 }, new long[] { 1 }, 0)]
    [InlineData("is impossible", new long[] { long.MaxValue, long.MaxValue, 4 }, new long[] { 0, 0, 0 }, 0)]
    [InlineData("is impossible", new long[] { 0, long.MaxValue, long.MaxValue }, new long[] { 0, 0, 0 }, 0)]
    [InlineData("do not go with the shape", new long[] { 2, 3 }, new long[] { 1 }, 0)]
    [InlineData("do not go with the shape", new long[] { 2 }, new long[] { -1 }, 3)]
    [InlineData("arguments that it does not take", new long[] { 2 }, new long[] { 1 }, -1)]
    public void TensorOutsideOfItsStorage(string what, long[] shape, long[] strides, long offset)
    {
        byte[] pickle = PickleBuilder.StateDict(shape, strides, offset).Bytes;

        AssertRefused(what, PickleBuilder.Zip(pickle));
        AssertRefused(what, PickleBuilder.Legacy(pickle, ["0"], [6, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]]));
    }

    [Fact]
    public void TensorThatFits_IsRead_SoTheFilesOfThisTestAreSound()
    {
        byte[] pickle = PickleBuilder.StateDict([2, 3], [3, 1]).Bytes;
        using var folder = new TemporaryFolder();
        foreach (byte[] content in new[] { PickleBuilder.Zip(pickle),
            PickleBuilder.Legacy(pickle, ["0"], [6, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]]) })
        {
            using WeightFile file = WeightFile.Open(folder.Write("w.pth", content));
            Assert.Equal(new double[6], file.Values("w"));
        }
    }

    [Fact]
    public void MillionDimensions()
    {
        var ones = new long[1_000_000];
        Array.Fill(ones, 1);
        var header = new StringBuilder("{\"w\":{\"dtype\":\"F32\",\"shape\":[1");
        header.Insert(header.Length, ",1", 999_999).Append("],\"data_offsets\":[0,4]}}");

        AssertRefused("1000000 dimensions", PickleBuilder.Zip(PickleBuilder.StateDict(ones, ones).Bytes), 200 << 20);
        AssertRefused("1000000 sizes", PickleBuilder.Safetensors(header.ToString(), 4), 80 << 20);
        AssertRefused("65 dimensions", PickleBuilder.Zip(PickleBuilder.StateDict(ones[..65], ones[..65]).Bytes));
        using var folder = new TemporaryFolder();
        using WeightFile file = WeightFile.Open(folder
            .Write("w.pth", PickleBuilder.Zip(PickleBuilder.StateDict(ones[..64], ones[..64]).Bytes)));
        Assert.Equal([0], file.Values("w"));
    }

    // ---- storages

    [Fact]
    public void Zip_StorageThatIsSmallerThanSaid() =>
        AssertRefused("should hold 1000000000 Float32 elements, the file has 24 bytes",
            PickleBuilder.Zip(PickleBuilder.StateDict([1000000000], [1], stored: 1000000000).Bytes));

    [Fact]
    public void Zip_StorageThatIsMissing() =>
        AssertRefused("no member 'archive/data/../evil'", PickleBuilder.Zip(PickleBuilder.StateDict([6], [1], key: "../evil").Bytes));

    [Fact]
    public void Zip_StoredMemberThatAnnouncesMoreThanItHas()
    {
        byte[] archive = PickleBuilder.Zip(PickleBuilder.StateDict([200_000], [1], stored: 200_000).Bytes);
        // The size before packing, in the central directory's record of the last member: 24 bytes behind the record's start.
        int record = archive.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BitConverter.TryWriteBytes(archive.AsSpan(record + 24), 800_000);

        AssertRefused("is stored in 24 bytes, yet announces 800000", archive);
    }

    [Fact]
    public void Zip_Bomb()
    {
        byte[] archive = PickleBuilder.Zip(
            PickleBuilder.StateDict([5_000_000], [1], stored: 5_000_000).Bytes,
            ("archive/data/0", new byte[20_000_000], CompressionLevel.SmallestSize));

        AssertRefused("at most 100 times its size", archive);
    }

    [Fact]
    public void Zip_PickleThatIsABomb()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        using (Stream member = archive.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open())
        {
            member.Write(new byte[20_000_000]);
        }

        AssertRefused("at most 100 times its size", stream.ToArray());
    }

    [Fact]
    public void Zip_FromABigEndianMachine()
    {
        byte[] pickle = PickleBuilder.StateDict([6], [1]).Bytes;
        (string, byte[], CompressionLevel) storage = ("archive/data/0", new byte[24], CompressionLevel.NoCompression);

        AssertRefused("big-endian", PickleBuilder.Zip(pickle, storage,
            ("archive/byteorder", [.. "big"u8], CompressionLevel.NoCompression)));
        using var folder = new TemporaryFolder();
        string little = folder.Write("w.pth",
            PickleBuilder.Zip(pickle, storage, ("archive/byteorder", [.. "little"u8], CompressionLevel.NoCompression)));
        using WeightFile file = WeightFile.Open(little);
        Assert.Single(file.Entries);
    }

    [Fact]
    public void Zip_TwoMembersOfOneName()
    {
        (string, byte[], CompressionLevel) storage = ("archive/data/0", new byte[24], CompressionLevel.NoCompression);

        AssertRefused("two members 'archive/data/0'", PickleBuilder.Zip(PickleBuilder.StateDict([6], [1]).Bytes, storage, storage));
    }

    [Fact]
    public void Zip_CutOff()
    {
        byte[] whole = PickleBuilder.Zip(PickleBuilder.StateDict([6], [1]).Bytes);

        AssertRefused("the file may have been cut off", whole[..(whole.Length / 2)]);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Legacy_StorageOfAnotherLength(long announced) => AssertRefused(
        $"should hold 6 Float32 elements, but announces {announced}",
        PickleBuilder.Legacy(PickleBuilder.StateDict([6], [1]).Bytes, ["0"], [.. BitConverter.GetBytes(announced), .. new byte[24]]));

    [Fact]
    public void Legacy_StorageBeyondTheEnd() => AssertRefused(
        "the file may have been cut off",
        PickleBuilder.Legacy(PickleBuilder.StateDict([6], [1], stored: 1L << 61).Bytes, ["0"],
            [.. BitConverter.GetBytes(1L << 61), .. new byte[24]]));

    [Fact]
    public void Legacy_KeysThatAreWrong()
    {
        byte[] pickle = PickleBuilder.StateDict([6], [1]).Bytes;
        byte[] storage = [6, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]];

        AssertRefused("does not have the storage '0'", PickleBuilder.Legacy(pickle, []));
        AssertRefused("'1' that no tensor uses", PickleBuilder.Legacy(pickle, ["0", "1"], [.. storage, .. storage]));
        AssertRefused("'0' twice", PickleBuilder.Legacy(pickle, ["0", "0"], [.. storage, .. storage]));
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(-1, 2)]
    [InlineData(1, -1)]
    [InlineData(1, long.MaxValue)]
    public void Legacy_PartOutsideOfItsStorage(long start, long size)
    {
        byte[] pickle = new PickleBuilder().Raw("}").Text("w").Raw("ctorch._utils\n_rebuild_tensor\n((").Text("storage")
            .Raw("ctorch\nFloatStorage\n")
            .Text("0").Text("cpu").Integer(6).Raw("(").Text("1").Integer(start).Integer(size).Raw("ttQ").Integer(0).Tuple(1).Tuple(1)
            .Raw("tRs").Bytes;

        AssertRefused("lies outside of it", PickleBuilder.Legacy(pickle, ["0"], [6, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]]));
    }

    [Fact]
    public void StorageDescribedInTwoWays()
    {
        byte[] pickle = new PickleBuilder().Raw("}").Text("a").Tensor([6], [1]).Raw("s").Text("b")
            .Tensor([3], [1], stored: 3, storage: "torch\nDoubleStorage\n").Raw("s").Bytes;

        AssertRefused("the storage '0' in two ways", PickleBuilder.Zip(pickle));
    }

    [Fact]
    public void TwoTensorsOfOneName()
    {
        byte[] pickle = new PickleBuilder().Raw("}").Text("w").Tensor([6], [1]).Raw("s").Text("w").Tensor([6], [1]).Raw("s").Bytes;

        AssertRefused("two tensors under 'w'", PickleBuilder.Zip(pickle));
    }

    // ---- pickles

    public static TheoryData<string, string> BrokenPickles => new()
    {
        { "announces a value of 4294967295 bytes", "X\xff\xff\xff\xff" },
        { "announces a value of 9223372036854775807 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\x7f" },
        { "announces a value of -1 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff" },
        { "announces a value of 4294967295 bytes", "B\xff\xff\xff\xff" },
        { "announces a value of -2 bytes", "T\xfe\xff\xff\xff" },
        { "an integer of 2147483647 bytes", "\x8b\xff\xff\xff\x7f" },
        { "an integer of -1 bytes", "\x8b\xff\xff\xff\xff" },
        { "where an integer is expected", "L1x\n" },
        { "where an integer is expected", "I\n" },
        { "where a number is expected", "Fx\n" },
        { "asks for its value number 5", "h\x05" },
        { "asks for its value number 4294967295", "j\xff\xff\xff\xff" },
        { "asks for its value number -1", "g-1\n" },
        { "stores its value number 4294967295", "}r\xff\xff\xff\xff" },
        { "takes more values from its stack", "0" },
        { "takes more values from its stack", "" },
        { "takes more values from its stack", "}(s" },
        { "takes more values from its stack", "}(b" },
        { "takes more values from its stack", "q\0" },
        { "takes more values from its stack", "2" },
        { "closes a collection", "t" },
        { "closes a collection", "}u" },
        { "not a dictionary", "]N}s" },
        { "not a dictionary", "}(Nu" },
        { "not a dictionary", "]}b" },
        { "not a list", "}Na" },
        { "not a list", "}(Ne" },
        { "not a function", "NN\x52" },
        { "not text", "NN\x93" },
        { "protocol is 200", "\x80\xc8" },
        { "0x82", "\x82\x01" },
        { "not a storage", "NQ" },
        { "not a storage", "(X\x07\0\0\0storageNNNNtQ" },
        { "not a list of pairs", "ccollections\nOrderedDict\n(](NetR" },
        { "not a list of pairs", "ccollections\nOrderedDict\n(NtR" },
        { "with arguments that it does not take", "ctorch._utils\n_rebuild_tensor_v2\n)R" },
        { "with arguments that it does not take", "ctorch\nSize\n)R" },
        { "of class 'torch.FloatStorage'", "ctorch\nFloatStorage\n)R" },
        { "of class 'models.Net'", "cmodels\nNet\n" },
        { "of class 'models.Net'", "cmodels\nNet\n)\x81q\0h\0b" }, // an object that is its own state
        { "'a' (an object of 'models.Net')", "}X\x01\0\0\0acmodels\nNet\n)\x81q\0}X\x01\0\0\0sh\0sbs" },
        { "of class 'models.Net'", "cmodels\nNet\n)\x81q\0h\0a" }, // a kind of list, in itself
        { "'a' (an object of 'models.Net')", "cmodels\nNet\n)\x81q\0X\x01\0\0\0ah\0s" }, // a kind of dictionary, in itself
        { "of class 'builtins.getattr'", "cbuiltins\ngetattr\n(cmodels\nNet\nNtR)R" },
        { "of class 'torch._tensor._rebuild_from_type_v2'", "ctorch._tensor\n_rebuild_from_type_v2\n(NNNNtR" },
        { "not a function", "(o" },
        { "holds a list. A state dict is a dictionary", "]q\0h\0a" },
        { "an empty dictionary", "}" },
        { "'a' (a dictionary), 'b' (a list)", "}q\0X\x01\0\0\0ah\0sX\x01\0\0\0b]s" },
    };

    [Theory]
    [MemberData(nameof(BrokenPickles))]
    public void BrokenPickle(string what, string instructions)
    {
        byte[] pickle = new PickleBuilder().Raw(instructions).Bytes;

        AssertRefused(what, PickleBuilder.Zip(pickle));
        AssertRefused(what, PickleBuilder.Legacy(pickle, []));
    }

    [Fact]
    public void TensorUnderAKeyThatIsNotText() => AssertRefused(
        "one whose key is not text",
        PickleBuilder.Zip(new PickleBuilder().Raw("}").Integer(1).Tensor([6], [1]).Raw("s").Bytes));

    [Fact]
    public void PickleWithoutEnd() => AssertRefused("ends in the middle", PickleBuilder.Zip([0x80, 2, (byte)'}']));

    [Theory]
    [InlineData('(')]
    [InlineData(']')]
    [InlineData('}')]
    public void MillionsOfInstructions(char instruction) => AssertRefused(
        "more than 4000000 instructions",
        PickleBuilder.Zip(new PickleBuilder().Raw(new string(instruction, 5_000_000)).Bytes), 700 << 20);

    [Fact]
    public void DeepNesting_NeedsNoStack() => AssertRefused(
        "holds a tuple. A state dict is a dictionary",
        PickleBuilder.Zip(new PickleBuilder().Raw("N" + new string('\x85', 1_000_000)).Bytes), 200 << 20);

    [Fact]
    public void DictionariesInDictionaries_AreSearchedToASensibleDepth() => AssertRefused(
        "without a state dict, but with 'd' (a dictionary)",
        PickleBuilder.Zip(Nested(10_000).Bytes), 20 << 20);

    [Fact]
    public void DictionariesInACircle_AreSearchedOnce()
    {
        // Each holds itself, the other, and a tensor.
        byte[] pickle = new PickleBuilder().Raw("}q\0").Text("a").Raw("}q\x01").Text("self").Raw("h\x01s").Text("other").Raw("h\0s")
            .Text("w").Tensor([6], [1]).Raw("ss").Text("self").Raw("h\0s").Bytes;
        using var folder = new TemporaryFolder();

        using WeightFile file = WeightFile.Open(folder.Write("w.pth", PickleBuilder.Zip(pickle)));

        Assert.Equal("a", file.Key);
        Assert.Empty(file.OtherKeys);
    }

    [Fact]
    public void HundredThousandDictionariesOfTensors_UnderLongKeys_AreTenNames()
    {
        // One tensor and one key of 200 letters, both remembered.
        var pickle = new PickleBuilder().Tensor([6], [1]).Raw("q\0").Raw("0").Text(new string('k', 200)).Raw("q\x01").Raw("0").Raw("}");
        for (int i = 0; i < 100_000; i++)
        {
            pickle.Raw("h\x01").Raw("}X\x01\0\0\0wh\0ss");
        }

        string message = Refuse(PickleBuilder.Zip(pickle.Bytes), 400 << 20);

        Assert.True(message.Contains("holds several dictionaries of tensors"), message);
        Assert.InRange(message.Length, 1000, 2000);
    }

    [Fact]
    public void AKeyTooLongToBeOne_IsPassedOver() => AssertRefused(
        "without a state dict",
        PickleBuilder.Zip(new PickleBuilder().Raw("}").Text(new string('k', 201)).Raw("}").Text("w").Tensor([6], [1]).Raw("ss").Bytes));

    private static PickleBuilder Nested(int depth)
    {
        var pickle = new PickleBuilder();
        for (int i = 0; i < depth; i++)
        {
            pickle.Raw("}").Text("d");
        }
        return pickle.Raw("}").Text("w").Tensor([6], [1]).Raw("s" + new string('s', depth));
    }

    [Fact]
    public void CopiesOfALargeList_AreCounted()
    {
        // A list of 100,000 pairs (one tuple, again and again), made into a dictionary 1,000 times.
        string list = "(NN\x86" + string.Concat(Enumerable.Repeat("2", 99_999)) + "lq\0";
        string copies = string.Concat(Enumerable.Repeat("ccollections\nOrderedDict\n(h\0tR", 1_000));

        AssertRefused("more than 4000000 instructions", PickleBuilder.Zip(new PickleBuilder().Raw(list + copies).Bytes), 700 << 20);
    }

    [Fact]
    public void NameFullOfRubbish_DoesNotReachTheTerminal()
    {
        string message = Refuse(PickleBuilder.Zip(new PickleBuilder().Raw($"c\x1b[2J{new string('x', 100_000)}\nName\n)R").Bytes));

        Assert.InRange(message.Length, 1000, 2000);
        Assert.DoesNotContain('\x1b', message);
    }

    // ---- safetensors

    [Theory]
    [InlineData("header is announced with 9223372036854775807 bytes", "{}", 0, long.MaxValue)]
    [InlineData("header is announced with 18446744073709551615 bytes", "{}", 0, -1L)]
    [InlineData("header is announced with 3 bytes", "{}", 0, 3L)]
    [InlineData("not the JSON", "{\"w\":", 0, null)]
    [InlineData("not the JSON", "{\"w\":7}", 0, null)]
    [InlineData("not the JSON", "{\"w\":{}}", 0, null)]
    [InlineData("not the JSON", "{\"w\":{\"dtype\":\"F32\",\"shape\":[\"6\"],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("not the JSON", "{\"w\":{\"dtype\":\"F32\",\"shape\":[1e99],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("not the JSON", "{\"w\":{\"dtype\":null,\"shape\":[6],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("not the JSON", "{\"__metadata__\":{\"a\":1}}", 0, null)]
    [InlineData("not the JSON", "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("type is F8_E4M3; read are F32, F64, F16", "{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[6],\"data_offsets\":[0,6]}}", 6, null)]
    [InlineData("needs 28 bytes, its data_offsets hold 24", "{\"w\":{\"dtype\":\"F32\",\"shape\":[7],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("do not lie in the 24 bytes", "{\"w\":{\"dtype\":\"F32\",\"shape\":[7],\"data_offsets\":[0,28]}}", 24, null)]
    [InlineData("do not lie in the 24 bytes", "{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24,0]}}", 24, null)]
    [InlineData("do not lie in the 24 bytes", "{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[-24,0]}}", 24, null)]
    [InlineData("do not lie in the 24 bytes", "{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0]}}", 24, null)]
    [InlineData("is impossible", "{\"w\":{\"dtype\":\"F32\",\"shape\":[-6],\"data_offsets\":[0,24]}}", 24, null)]
    [InlineData("is impossible", "{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, null)]
    [InlineData("is impossible", "{\"w\":{\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, null)]
    [InlineData("overlap or leave a gap",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}", 7,
        null)]
    [InlineData("overlap or leave a gap",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[5,7]}}", 7,
        null)]
    [InlineData("tensors take 4 bytes, but 5", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 5, null)]
    [InlineData("two entries 'a'",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
        null)]
    public void LyingSafetensors(string what, string header, int dataLength, long? announced) =>
        AssertRefused(what, PickleBuilder.Safetensors(header, dataLength, announced));

    [Fact]
    public void BoolThatIsNeitherZeroNorOne_BecomesOne()
    {
        byte[] content = PickleBuilder.Safetensors("{\"w\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2);
        content[^1] = 7;
        using var folder = new TemporaryFolder();
        using WeightFile file = WeightFile.Open(folder.Write("w.safetensors", content));

        using TorchSharp.torch.Tensor tensor = file.Read(file.Entries[0]);

        Assert.Equal([0, 1], tensor.bytes.ToArray());
    }

    private static void AssertRefused(string what, byte[] content, long memory = SmallMemory)
    {
        string message = Refuse(content, memory);
        Assert.True(message.Contains(what), $"expected '{what}' in: {message}");
    }

    private static string Refuse(byte[] content, long memory = SmallMemory)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("hostile.pth", content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<WeightFileException>(() => WeightFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, memory);
        Assert.StartsWith(path, e.Message);
        return e.Message;
    }
}
