using EasyExplain.Import.Onnx;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// Files that nobody has exported: each ends in a network or in an error that says what is wrong, never in a crash or without end.
/// </summary>
public sealed class HostileOnnxTests : IDisposable
{
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    private static readonly (string Name, string Message, Action<OnnxBytes> Add)[] Models =
    [
        ("a cycle", "reads 'b', which nothing makes before it", g => g.Node("Relu", ["b"], ["a"]).Node("Relu", ["a"], ["b"]).Output("b")),
        ("a node that reads itself", "reads 'y', which nothing makes before it", g => g.Node("Add", ["x", "y"], ["y"]).Output("y")),
        ("a result that nothing makes", "does not depend on the picture", g => g.Output("y")),
        ("a result that is a constant", "does not depend on the picture", g => g.Weight("w", [1, 2], 1, 2).Output("w")),
        ("a result that is a picture", "a classifier's is [pictures, classes]", g => g.Node("Relu", ["x"], ["y"]).Output("y")),
        ("more numbers than bytes", "has 8 bytes, but its shape [2, 3] needs 24", g =>
            g.Weight("w", [2, 3], 1, 2).Node("MatMul", ["x", "w"], ["y"]).Output("y")),
        ("an impossible shape", "an impossible shape", g =>
            g.Weight("w", [long.MaxValue, 4], 1).Node("Add", ["x", "w"], ["y"]).Output("y")),
        ("a negative size", "an impossible shape", g => g.Weight("w", [-1], 1).Node("Add", ["x", "w"], ["y"]).Output("y")),
        ("a tensor of all memory", "a tensor of 1000000000000000 numbers", g =>
            g.Integers("s", [3], 100000, 100000, 100000).Node("ConstantOfShape", ["s"], ["c"]).Node("Add", ["x", "c"], ["y"]).Output("y")),
        ("a picture of all memory", "a tensor of", g =>
            g.Integers("s", [5], 100000, 100000, 3, 8, 8).Node("Expand", ["x", "s"], ["y"]).Output("y")),
        ("a range of all memory", "a tensor of", g =>
            g.Integers("a", [], 0).Integers("b", [], 1L << 60).Integers("c", [], 1).Node("Range", ["a", "b", "c"], ["r"]).Output("r")),
        ("a padding of all memory", "would make", g =>
            g.Integers("p", [8], 0, 0, 0, 0, 0, 0, 1 << 16, 1 << 16).Node("Pad", ["x", "p"], ["y"]).Output("y")),
        ("constants of all memory, place by place", "a tensor of", g =>
            g.Weight("a", [40000, 1], new float[40000]).Weight("b", [1, 40000], new float[40000]).Node("Add", ["a", "b"], ["c"])
            .Node("Add", ["x", "c"], ["y"]).Output("y")),
        ("constants of all memory, chosen", "a tensor of", g =>
            g.Weight("a", [40000, 1], new float[40000]).Weight("b", [40000], new float[40000]).Weight("c", [], 1)
            .Node("Where", ["c", "a", "b"], ["d"]).Node("Add", ["x", "d"], ["y"]).Output("y")),
        ("constants of all memory, padded", "would make", g =>
            g.Weight("a", [1], 1).Integers("p", [2], 0, 2_000_000_000).Node("Pad", ["a", "p"], ["c"]).Node("Add", ["x", "c"], ["y"])
            .Output("y")),
        ("constants of all memory, multiplied", "would make", g =>
            g.Weight("a", [40000, 1], new float[40000]).Weight("b", [1, 40000], new float[40000]).Node("MatMul", ["a", "b"], ["c"])
            .Node("Add", ["x", "c"], ["y"]).Output("y")),
        ("constants of all memory, put together", "would make", g =>
            g.Integers("s", [1], 1 << 24).Node("ConstantOfShape", ["s"], ["a"])
            .Node("Concat", [.. Enumerable.Repeat("a", 100)], ["c"], "", ("axis", 0L)).Node("Add", ["x", "c"], ["y"]).Output("y")),
        ("a batch of all memory", "a tensor of", g =>
            g.Integers("r", [2], 60000, 60000).Integers("z", [1], 0).Node("Shape", ["x"], ["n"]).Node("Gather", ["n", "z"], ["b"])
            .Node("Concat", ["b", "r"], ["s"], "", ("axis", 0L)).Node("ConstantOfShape", ["s"], ["c"]).Node("Add", ["x", "c"], ["y"])
            .Output("y")),
        ("more bytes than can be counted", "an impossible shape", g =>
            g.Weight("w", [1L << 31, 1L << 31]).Node("Add", ["x", "w"], ["y"]).Output("y")),
        ("no groups", "in 0 groups", g =>
            g.Weight("w", [2, 3, 1, 1], 1, 2, 3, 4, 5, 6).Node("Conv", ["x", "w"], ["y"], "", ("group", 0L)).Output("y")),
        ("no stride", "a window of [0, 1]", g =>
            g.Weight("w", [2, 3, 1, 1], 1, 2, 3, 4, 5, 6).Node("Conv", ["x", "w"], ["y"], "", ("strides", new long[] { 0, 1 }))
            .Output("y")),
        ("filters of another depth", "takes 2 channels, but gets 3", g =>
            g.Weight("w", [1, 2, 1, 1], 1, 2).Node("Conv", ["x", "w"], ["y"]).Output("y")),
        ("dimensions out of order", "an order that is none", g =>
            g.Node("Transpose", ["x"], ["y"], "", ("perm", new long[] { 0, 0, 0, 9 })).Output("y")),
        ("a part that is not there", "asks for part 7 of 3", g =>
            g.Integers("i", [], 7).Node("Gather", ["x", "i"], ["y"], "", ("axis", 1L)).Output("y")),
        ("a division by 0", "divides by 0", g =>
            g.Integers("a", [1], 1).Integers("b", [1], 0).Node("Div", ["a", "b"], ["c"]).Node("Add", ["x", "c"], ["y"]).Output("y")),
        ("matrices that do not fit", "no matrices that can be multiplied", g =>
            g.Weight("w", [1, 1, 5, 3], new float[15]).Node("MatMul", ["x", "w"], ["y"]).Output("y")),
        ("constant matrices that do not fit", "no matrices that can be multiplied", g =>
            g.Weight("a", [0], []).Weight("b", [4, 5], new float[20]).Node("MatMul", ["a", "b"], ["c"]).Node("Add", ["x", "c"], ["y"])
            .Output("y")),
        ("a weight that is missing", "lacks its input", g => g.Node("Conv", ["x"], ["y"]).Output("y")),
    ];

    public static TheoryData<string> Names => [.. Models.Select(model => model.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void AGraphThatNobodyExported_IsRefused(string name)
    {
        (_, string message, Action<OnnxBytes> add) = Models.Single(model => model.Name == name);
        var model = new OnnxBytes().Input("x", -1, 3, 8, 8);
        add(model);
        Exception error = Refused(model);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("hostile.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingOperators_AreNamedAllAtOnce_WithTheirLayers()
    {
        var error = (ModelImportException)Refused(new OnnxBytes().Input("x", -1, 3, 8, 8)
            .Node("Hardmax", ["x"], ["a"], "/layer1/act/Hardmax").Node("Scan", ["a"], ["b"], "/layer2/Scan").Node("Relu", ["b"], ["c"])
            .Node("Hardmax", ["c"], ["y"], "/layer3/Hardmax").Output("y"));
        Assert.Equal(ModelFault.UnsupportedOperator, error.Fault);
        Assert.Contains("Hardmax in 'layer1.act'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Scan in 'layer2'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("inside/../../secret.bin")]
    [InlineData("link.bin")]
    [InlineData("")]
    public void DataOutsideOfTheFolder_IsNotRead(string location)
    {
        string secret = Path.Combine(Path.GetDirectoryName(_folder)!, "secret.bin");
        File.WriteAllBytes(secret, new byte[48]);
        File.CreateSymbolicLink(Path.Combine(_folder, "link.bin"), secret);
        Exception error = Refused(new OnnxBytes().Input("x", -1, 3, 2, 2).External("w", [12], location, 0).Node("Flatten", ["x"], ["f"])
            .Node("Mul", ["f", "w"], ["y"]).Output("y"));
        Assert.Contains("only files in the model's own folder are read", error.Message, StringComparison.Ordinal);
        File.Delete(secret);
    }

    [Fact]
    public void Links_LeadToFilesInTheFolder_AndNoFurther()
    {
        string outside = Directory.CreateDirectory(_folder + "-beside").FullName,
            inside = Directory.CreateDirectory(Path.Combine(_folder, "a", "b")).FullName;
        try
        {
            byte[] twelve = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Enumerable.Repeat(1f, 12).ToArray()).ToArray();
            File.WriteAllBytes(Path.Combine(outside, "w.bin"), twelve);
            File.WriteAllBytes(Path.Combine(inside, "w.bin"), twelve);
            File.CreateSymbolicLink(Path.Combine(_folder, "good"), Path.Combine("a", "b", "w.bin"));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "goodfolder"), inside);
            // a folder whose name only begins like the model's
            File.CreateSymbolicLink(Path.Combine(_folder, "beside"), Path.Combine(outside, "w.bin"));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "out"), outside);
            File.CreateSymbolicLink(Path.Combine(_folder, "twice"), Path.Combine(_folder, "out", "w.bin"));
            // Seen from where its folder seems to be, it stays in; from where that is, it leads out.
            Directory.CreateSymbolicLink(Path.Combine(inside, "c"), Path.Combine(_folder, "a"));
            File.CreateSymbolicLink(Path.Combine(_folder, "a", "deep"), Path.Combine("..", "..", Path.GetFileName(outside), "w.bin"));
            File.CreateSymbolicLink(Path.Combine(_folder, "circle"), "circle");
            foreach (string good in (string[])["good", "goodfolder/w.bin", "a/./b/../b/w.bin"])
            {
                Write(Model(good));
                Assert.Null(Import(2));
            }
            foreach (string bad in (string[])["beside", "out/w.bin", "twice", "a/b/c/deep", "circle"])
            {
                Assert.Contains("only files in the model's own folder are read", Refused(Model(bad)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }

        static OnnxBytes Model(string location) =>
            new OnnxBytes().Input("x", -1, 3, 2, 2).External("w", [12], location, 0).Node("Flatten", ["x"], ["f"])
                .Node("Mul", ["f", "w"], ["y"]).Output("y");
    }

    [Fact]
    public void NamesWithoutEnd_AreCut()
    {
        string endless = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"/{i}"));
        var model = new OnnxBytes().Input("x", -1, 3, 8, 8).Node("Relu", ["x"], ["v0"], endless + "/Relu")
            .Node("Neg", ["v0"], ["v1"], new string('a', 100_000) + "\n")
            .Node("Relu", ["v1"], ["v2"], "again").Node("Relu", ["v2"], ["v3"], "again").Node("Relu", ["v3"], ["v4"], "again")
            .Node("Flatten", ["v4"], ["y"]).Output("y");
        Write(model);
        using Network network = OnnxFile.Open(Path.Combine(_folder, "hostile.onnx")).ToNetwork(8, 8, _ => { });
        Assert.All(network.Layers, layer => Assert.InRange(layer.Name.Length, 1, 200));
        Assert.NotNull(network.Find("again"));
        Assert.NotNull(network.Find("again_1"));
        Assert.NotNull(network.Find("again_2"));
    }

    [Fact]
    public void AnotherKindOfFile_IsNamed()
    {
        string path = Path.Combine(_folder, "hostile.onnx");
        foreach (byte[] bytes in new byte[][] { [], [0x08], [0x08, 0x08, 0x12], new byte[100], [.. Enumerable.Repeat((byte)0xff, 100)],
            [0x3a, 0xff, 0xff, 0xff, 0xff, 0x07] })
        {
            File.WriteAllBytes(path, bytes);
            Assert.IsType<WeightFileException>(Import(8));
        }
    }

    [Fact]
    public void ATruncatedFile_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(Repository.Data("onnx", "resnet_13.onnx"));
        for (int length = 0; length < whole.Length - 64; length += whole.Length / 60 + 1)
        {
            File.WriteAllBytes(Path.Combine(_folder, "hostile.onnx"), whole[..length]);
            Assert.NotNull(Import(32));
        }
    }

    [Theory]
    [InlineData("resnet_13", 32, 100)]
    [InlineData("constants_16", 16, 100)]
    [InlineData("vit_14", 16, 60)]
    [InlineData("mobilenet_v3_13", 32, 60)]
    [InlineData("cases/q01_qdq", 32, 30)]
    [InlineData("cases/f01_function", 32, 30)]
    [InlineData("cases/Optional_If", 32, 30)]
    [InlineData("cases/Attention23", 32, 30)]
    public void MutatedFiles_EndInANetworkOrACleanError(string name, long size, int count)
    {
        byte[] whole = File.ReadAllBytes(Repository.Data("onnx", name + ".onnx"));
        count = int.TryParse(Environment.GetEnvironmentVariable("EASYEXPLAIN_MUTATIONS"), out int asked) ? asked : count;
        for (int seed = 0; seed < count; seed++)
        {
            File.WriteAllBytes(Path.Combine(_folder, "hostile.onnx"), Mutate(whole, new Random(seed)));
            Import(size);
        }
    }

    /// <summary>Some bytes changed, most of them where the graph is and not its weights; or a piece cut out, doubled or moved.</summary>
    private static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        int graph = Math.Min(bytes.Length, 20_000);
        switch (random.Next(5))
        {
            case 0:
                int from = random.Next(graph), length = random.Next(1, 200);
                return [.. bytes.Take(from), .. bytes.Skip(from + length)];
            case 1:
                int at = random.Next(graph);
                return [.. bytes.Take(at), .. bytes.Skip(at).Take(50), .. bytes.Skip(at)];
            default:
                for (int i = random.Next(1, 8); i > 0; i--)
                {
                    int place = random.Next(4) == 0 ? random.Next(bytes.Length) : random.Next(graph);
                    bytes[place] = random.Next(3) switch
                    {
                        0 => (byte)random.Next(256),
                        1 =>
                        (byte)(bytes[place] ^ (1 << random.Next(8))),
                        _ => (byte)(bytes[place] + random.Next(-2, 3))
                    };
                }
                return bytes;
        }
    }

    private string Write(OnnxBytes model)
    {
        string path = Path.Combine(_folder, "hostile.onnx");
        File.WriteAllBytes(path, model.ToArray());
        return path;
    }

    /// <summary>What importing the file ends in: null for a network; any other exception than the two is the test's failure.</summary>
    private Exception? Import(long size)
    {
        try
        {
            using Network network = OnnxFile.Open(Path.Combine(_folder, "hostile.onnx")).ToNetwork(size, size, _ => { });
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

    private Exception Refused(OnnxBytes model)
    {
        Write(model);
        return Import(8) ?? throw new InvalidOperationException("It was imported.");
    }
}
