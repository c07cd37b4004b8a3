using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>Files that are cut, changed or lie: each is a photo or a clear error, soon.</summary>
public class HostileFormatFilesTests
{
    private const long MaxPixels = 1_000_000;

    /// <summary>Far more than any file here takes: what is not back by then never comes back.</summary>
    private static readonly TimeSpan ForEver = TimeSpan.FromMinutes(5);

    public static TheoryData<string> WholeFiles => [.. FormatFiles.Expected.Keys];

    public static TheoryData<string> AllFiles => [.. FormatFiles.All];

    /// <summary>However much of a file is missing: an error, or the whole picture when only its tail was trimmings.</summary>
    [Theory]
    [MemberData(nameof(WholeFiles))]
    public async Task CutAnywhere_ItIsNeverHalfAPicture(string name) => await Task.Run(() =>
    {
        byte[] file = FormatFiles.Bytes(name), whole = ImageDecoder.Decode(new MemoryStream(file)).Rgb;
        // A plain file's last number may be cut to a smaller one, which nobody can know.
        int longest = file.Length - (name.Contains("plain") || name.Contains("spaced") ? 8 : 1);
        int read = 0;
        for (int length = 1; length <= longest; length += length < 400 || length > longest - 100 ? 1 : 7)
        {
            try
            {
                Assert.Equal(whole, ImageDecoder.Decode(new MemoryStream(file[..length])).Rgb);
                read++;
            }
            catch (ImageFileException e)
            {
                Assert.True(e.Fault is ImageFault.Truncated or ImageFault.Damaged || length < 32 && e.Fault == ImageFault.NotAnImage,
                    $"{length} of {file.Length} bytes: {e.Message}");
            }
        }
        Assert.True(read <= (name.Contains("pages") ? 400 : 64), $"{read} cuts were not noticed"); // further pages, TGA's footer
    }).WaitAsync(ForEver);

    [Theory]
    [MemberData(nameof(AllFiles))]
    public async Task ChangedBytes_AreAPictureOrAClearError(string name) => await Task.Run(() =>
    {
        byte[] file = FormatFiles.Bytes(name);
        (int Start, int End) header = FormatFiles.Header(file);
        var random = new Random(name.Length * 7919 + file.Length);
        byte[] extremes = [0, 1, 0x7F, 0x80, 0xFF];
        for (int i = 0; i < 120; i++)
        {
            byte[] changed = (byte[])file.Clone();
            for (int change = 0; change <= i % 4; change++)
            {
                int at = i % 3 > 0 ? random.Next(header.Start, header.End) : random.Next(file.Length);
                changed[at] = i % 2 == 0 ? extremes[random.Next(extremes.Length)] : (byte)(changed[at] ^ 1 << random.Next(8));
            }
            if (i % 10 == 9)
                changed = changed[..random.Next(1, changed.Length)];
            Decode(changed, $"{name}, change {i}");
        }
    }).WaitAsync(ForEver);

    private static void Decode(byte[] file, string what)
    {
        try
        {
            Photo photo = ImageDecoder.Decode(new MemoryStream(file), MaxPixels);
            Assert.InRange((long)photo.Width * photo.Height, 1, MaxPixels);
        }
        catch (ImageFileException e)
        {
            Assert.NotEqual(ImageFault.Empty, e.Fault);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
        }
    }
}
