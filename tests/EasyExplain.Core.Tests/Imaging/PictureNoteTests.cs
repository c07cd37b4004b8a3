using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public sealed class PictureNoteTests : IDisposable
{
    private const string Note = "EasyExplain 0123456789ABCDEF 1/2: größe 人.jpg";
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    public void ANote_ComesBack_AndChangesNoPixel(ImageFormat format)
    {
        Photo photo = ImageDecoder.Decode(Repository.Photo("cat.jpg"));
        ImageEncoder.Save(photo, At("plain"), format);
        ImageEncoder.Save(photo, At("noted"), format, note: Note);
        Assert.Equal(Note, PictureNote.Read(At("noted")));
        Assert.Null(PictureNote.Read(At("plain")));
        Assert.True(PictureNote.IsWhole(At("plain")));
        Assert.Equal(ImageDecoder.Decode(At("plain")).Rgb, ImageDecoder.Decode(At("noted")).Rgb);
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    public void AFileThatEndsTooEarly_IsNotWhole_AndSaysNothing(ImageFormat format)
    {
        ImageEncoder.Save(ImageDecoder.Decode(Repository.Photo("cat.jpg")), At("whole"), format, note: Note);
        byte[] whole = File.ReadAllBytes(At("whole"));
        foreach (int length in new[] { 0, 1, 20, 40, 60, 100, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(At("half"), whole[..length]);
            Assert.False(PictureNote.IsWhole(At("half")), $"{length} of {whole.Length} bytes");
            Assert.Null(PictureNote.Read(At("half")));
        }
    }

    /// <summary>Lengths that lie must not lead out of the file, or into gigabytes.</summary>
    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    public void AnyChangedByte_DoesNoHarm(ImageFormat format)
    {
        ImageEncoder.Save(new Photo(8, 8, new byte[192]), At("small"), format, note: Note);
        byte[] bytes = File.ReadAllBytes(At("small"));
        for (int at = 0; at < bytes.Length; at++)
        {
            byte before = bytes[at];
            foreach (byte changed in new byte[] { 0, 0x7F, 0xFF })
            {
                bytes[at] = changed;
                File.WriteAllBytes(At("changed"), bytes);
                PictureNote.Read(At("changed"));
            }
            bytes[at] = before;
        }
    }

    [Fact]
    public void ALongNote_IsCut()
    {
        ImageEncoder.Save(new Photo(8, 8, new byte[192]), At("long"), ImageFormat.Jpeg, note: new string('人', 100_000));
        Assert.Equal(new string('人', 16_000), PictureNote.Read(At("long")));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
