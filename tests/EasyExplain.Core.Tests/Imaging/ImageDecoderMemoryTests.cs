using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

[Collection(Alone.Name)] // it measures this process
public class ImageDecoderMemoryTests
{
    /// <summary>With the finalizers held up, whatever the decoder does not dispose itself stays, and shows.</summary>
    public static TheoryData<string, byte[]> Files => new()
    {
        // A progressive JPEG's decoder keeps every coefficient, an opened codec thus costs as much as its picture.
        { "SkiaSharp", File.ReadAllBytes(Repository.Data("images", "progressive.jpg")) },
        { "ImageSharp", [.. "P6 256 256 255\n"u8, .. new byte[256 * 256 * 3]] },
    };

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void HundredsOfPhotos_LeaveNothingBehind(string library, byte[] file)
    {
        using var finalizersMayGoOn = new ManualResetEventSlim();
        Decode(file, 20);
        GC.WaitForPendingFinalizers();
        GC.Collect();
        long before = Environment.WorkingSet;
        try
        {
            BlockFinalizers(finalizersMayGoOn);
            Decode(file, 600);
            long grown = Environment.WorkingSet - before;
            Assert.True(grown < 20_000_000, $"600 photos by {library} left {grown / 1e6:F0} MB.");
        }
        finally
        {
            finalizersMayGoOn.Set();
        }
        GC.WaitForPendingFinalizers();
    }

    private static void Decode(byte[] file, int times)
    {
        for (int i = 0; i < times; i++)
            ImageDecoder.Decode(new MemoryStream(file));
        GC.Collect();
    }

    private static void BlockFinalizers(ManualResetEventSlim release)
    {
        Abandon(release);
        GC.Collect();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Abandon(ManualResetEventSlim release) => _ = new Waiter(release);

    private sealed class Waiter(ManualResetEventSlim release)
    {
        ~Waiter() => release.Wait();
    }
}
