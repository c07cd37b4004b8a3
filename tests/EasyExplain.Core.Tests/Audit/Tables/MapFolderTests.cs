using System.Text;
using EasyExplain.Audit.Tables;

namespace EasyExplain.Tests.Audit.Tables;

/// <summary>Maps as NumPy arrays, whose row i belongs to row i of the table.</summary>
public sealed class MapFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maps [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EachLayer_HasAnArrayWithAMapForEachRow_AndZerosWhereThereIsNone()
    {
        using (var maps = new MapFolder(_folder, overwrite: true))
        {
            maps.Add(HandMadeRows.Failed);
            maps.Add(HandMadeRows.Full());
            maps.Add(HandMadeRows.Full() with
            {
                StoredMaps = [HandMadeRows.Map("layer2", 1, 1, 99), HandMadeRows.Map("features/0", 1, 1, 7)],
            });
            maps.Finish();
        }

        Assert.Equal(
            ["features-0.npy", "layer2+layer3.npy", "layer2.npy", "layer2_1x1.npy", "layer3.npy"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("(3, 2, 3): 0 0 0 0 0 0 10 11 12 13 14 15 0 0 0 0 0 0", Read("layer2"));
        Assert.Equal("(3, 1, 2): 0 0 20 21 0 0", Read("layer3"));
        Assert.Equal("(3, 1, 1): 0 0 99", Read("layer2_1x1"));
        Assert.Equal("(3, 1, 1): 0 0 7", Read("features-0"));
    }

    [Fact]
    public void NothingIsLeft_OfWhatWasNotFinished()
    {
        using (var maps = new MapFolder(_folder, overwrite: true))
        {
            maps.Add(HandMadeRows.Full());
        }
        Assert.Empty(Directory.GetFiles(_folder));
    }

    /// <summary>As numpy.lib.format describes version 1.0.</summary>
    private string Read(string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(_folder, name + ".npy"));
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        int header = BitConverter.ToUInt16(file, 8);
        Assert.Equal(0, (header + 10) % 64);
        string about = Encoding.ASCII.GetString(file, 10, header);
        Assert.EndsWith(" \n", about, StringComparison.Ordinal);
        const string start = "{'descr': '|u1', 'fortran_order': False, 'shape': ", end = ", }";
        Assert.StartsWith(start, about, StringComparison.Ordinal);
        return $"{about[start.Length..about.IndexOf(end, StringComparison.Ordinal)]}: {string.Join(' ', file[(header + 10)..])}";
    }
}
