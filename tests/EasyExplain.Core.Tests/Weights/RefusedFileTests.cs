using System.Text;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Files that are something else than a state dict: the error says what, and what to do.</summary>
public class RefusedFileTests
{
    [Theory]
    [InlineData("whole_model.pth")]
    [InlineData("whole_model_protocol1.pth")]
    public void WholeModel(string name)
    {
        string message = Refuse(File.ReadAllBytes(WeightFixtures.File(name)));

        Assert.Contains("whole pickled model", message);
        Assert.Contains("'torch.nn.modules.container.Sequential'", message);
        Assert.Contains("would run its Python code", message);
        Assert.Contains("torch.save(model.state_dict(), 'file.pth')", message);
    }

    [Fact]
    public void WholeModel_InTheLegacyFormat()
    {
        // There the class comes as persistent data, with its source text.
        byte[] pickle = new PickleBuilder().Raw("(").Text("module").Raw("cmodels\nNet\n").Text("net.py").Text("class Net").Raw("tQ)")
            .Raw([0x81]).Raw("}b").Bytes;

        Assert.Contains("whole pickled model (or another Python object) of class 'models.Net'", Refuse(PickleBuilder.Legacy(pickle, [])));
    }

    [Fact]
    public void Code_IsRefusedByName_WhereAStateDictShouldBe()
    {
        string[] attacks =
        [
            "cposix\nsystem\n(S'echo attacked'\ntR",
            "}X\x01\0\0\0acposix\nsystem\n(S'echo attacked'\ntRs",
            "}X\x01\0\0\0a(S'echo attacked'\niposix\nsystem\ns",
            "}X\x01\0\0\0a(cposix\nsystem\nS'echo attacked'\nos",
            "}X\x01\0\0\0acposix\nsystem\n)\x81s",
            "}X\x01\0\0\0acposix\nsystem\ns",
            "X\x05\0\0\0posixX\x06\0\0\0system\x93(S'echo attacked'\ntR",
            "ccopy_reg\n_reconstructor\n(cposix\nsystem\nNNtR",
        ];
        foreach (string attack in attacks)
        {
            string message = Refuse(PickleBuilder.Zip(new PickleBuilder().Raw(attack).Bytes));

            Assert.True(message.Contains("'posix.system'"), message);
            Assert.Contains("state_dict(), 'file.pth')", message);
        }
    }

    [Fact]
    public void Code_BesideTheWeights_IsOnlyAName()
    {
        using var folder = new TemporaryFolder();
        string trace = Path.Combine(folder.FullName, "attacked");
        byte[] pickle = new PickleBuilder().Raw("}").Text("w").Tensor([6], [1]).Raw("s").Text("a").Raw("cposix\nsystem\n(")
            .Text($"touch {trace}").Raw("tRs").Bytes;

        using WeightFile file = WeightFile.Open(folder.Write("w.pth", PickleBuilder.Zip(pickle)));

        Assert.Equal("w", Assert.Single(file.Entries).Name);
        Assert.False(File.Exists(trace));
    }

    [Fact]
    public void UnknownStorage_IsNamed() => Assert.Contains(
        "'torch.ComplexFloatStorage'",
        Refuse(PickleBuilder.Zip(PickleBuilder.StateDict([3], [1], storage: "torch\nComplexFloatStorage\n").Bytes)));

    [Theory]
    [InlineData("single_tensor.pth", "a single tensor")]
    [InlineData("scripted.pth", "TorchScript")]
    [InlineData("protocol0.pth", "protocol 0")]
    public void OtherFilesOfPyTorch(string name, string what) =>
        Assert.Contains(what, Refuse(File.ReadAllBytes(WeightFixtures.File(name))));

    public static TheoryData<string, byte[]> ForeignFiles => new()
    {
        { "is empty", [] },
        { "HDF5", [0x89, .. "HDF\r\n\x1a\n"u8, 0, 0] },
        { "ONNX", [8, 7, 0x12, 7, .. "pytorch"u8] },
        { "gzip", [0x1f, 0x8b, 8, 0] },
        { "tar archive", [.. new byte[257], .. "ustar\0"u8, .. new byte[300]] },
        { "a Python pickle that torch.save did not write", [0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'}', (byte)'.'] },
        { "web page", [.. "\r\n<!DOCTYPE html><html>"u8] },
        { "Git LFS pointer", [.. "version https://git-lfs.github.com/spec/v1\noid sha256:0"u8] },
        { "a text", [.. "{\"a\": [{\"b\": 1}]}"u8] },
        { "a text", [.. "Größe"u8] },
        { "unknown format", [1, 2, 3] },
        { "unknown format", [0] },
        { "zip archive with no data.pkl", Renamed(PickleBuilder.Zip([])) },
    };

    [Theory]
    [MemberData(nameof(ForeignFiles))]
    public void ForeignFile_IsNamed(string what, byte[] content)
    {
        string message = Refuse(content);

        Assert.Contains(what, message);
        Assert.Contains("torch.save(model.state_dict(), 'file.pth')", message);
    }

    [Fact]
    public void Folder_IsTheSystemsError() => Assert.Throws<UnauthorizedAccessException>(() => WeightFile.Open(WeightFixtures.Folder));

    /// <summary>The archive with its pickle called something else.</summary>
    private static byte[] Renamed(byte[] archive) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(archive).Replace("data.pkl", "info.txt"));

    private static string Refuse(byte[] content)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file [1].pth", content);
        var e = Assert.Throws<WeightFileException>(() => WeightFile.Open(path));
        Assert.StartsWith(path, e.Message);
        Assert.Equal(path, e.Path);
        // The refused file is not held open: nobody else could have it for themselves.
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        return e.Message;
    }
}
