using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

/// <summary>Sound files, cut off at many lengths and with bytes changed: they are read or refused, and nothing else ever happens.</summary>
public class MutatedFileTests
{
    // What the largest fixture takes when read in full, several times over; a million elements of a small expanded view.
    private const long ManagedMemory = 2 << 20;
    private const long MostElements = 1 << 20;

    public static TheoryData<string> Fixtures =>
        new(Directory.GetFiles(WeightFixtures.Folder).Where(f => !f.EndsWith(".py")).Select(f => Path.GetFileName(f)!).Order());

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void CutOffFile(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] content = File.ReadAllBytes(WeightFixtures.File(name));
        int step = Math.Max(1, content.Length / 400);
        for (int length = 0; length < content.Length; length += step)
        {
            Assert.False(Try(folder.Write("cut.pth", content[..length])),
                $"{name} cut off after {length} of {content.Length} bytes was read");
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void ChangedFile(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] content = File.ReadAllBytes(WeightFixtures.File(name));
        var random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            byte[] changed = [.. content];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)(random.Next(4) == 0 ? 0xff : random.Next(256));
            }
            Try(folder.Write("changed.pth", changed));
        }
    }

    /// <summary>Whether the file and all its tensors can be read.</summary>
    private static bool Try(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            using WeightFile file = WeightFile.Open(path);
            foreach (WeightEntry entry in file.Entries)
            {
                Assert.InRange(entry.Shape.Aggregate(1L, (product, size) => product * size), 0, MostElements);
                file.Read(entry);
            }
            return true;
        }
        catch (WeightFileException e)
        {
            Assert.StartsWith(path, e.Message);
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, ManagedMemory);
        }
    }
}
