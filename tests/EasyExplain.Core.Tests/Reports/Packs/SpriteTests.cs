using EasyExplain.Imaging;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>What is cut out of a sprite is the picture that was put in, and nothing of its neighbours.</summary>
public sealed class SpriteTests
{
    [Fact]
    public void APicture_IsCutOutAsItWas()
    {
        Photo?[] pictures = [.. Enumerable.Range(0, 7).Select(seed => seed == 3 ? null : PhotoFolder.Photo(100 - seed, 75, seed))];
        Sprite sprite = Sprite.Of(pictures);
        Assert.Equal((112, 3), (sprite.Cell, sprite.Columns));
        Photo decoded = ImageDecoder.Decode(new MemoryStream(ImageEncoder.Bytes(sprite.Picture, ImageFormat.Jpeg, 82)));
        Assert.Equal((3 * 112, 3 * 112), (decoded.Width, decoded.Height));
        foreach (int place in new[] { 0, 1, 2, 4, 5, 6 })
        {
            Photo picture = pictures[place]!;
            Photo cut = Cut(decoded, place % 3 * 112, place / 3 * 112, picture.Width, picture.Height);
            Assert.InRange(ThumbnailsTests.Difference(picture, cut), 0, 7); // of noise that JPEG smooths
        }
    }

    [Theory]
    [InlineData(20)] // not to the end of its blocks
    [InlineData(32)]
    public void NothingBlursIntoItsNeighbour(int side)
    {
        Photo Of(byte value) => new(side, side, [.. Enumerable.Repeat(value, side * side * 3)]);
        Photo decoded = ImageDecoder.Decode(new MemoryStream(ImageEncoder.Bytes(
            Sprite.Of([Of(0), Of(255), Of(255), Of(0)]).Picture, ImageFormat.Jpeg, 82)));
        Assert.All(Cut(decoded, 0, 0, side, side).Rgb, value => Assert.InRange(value, 0, 1));
        Assert.All(Cut(decoded, 32, 0, side, side).Rgb, value => Assert.InRange(value, 254, 255));
    }

    [Fact]
    public void WithoutAnyPicture_ASpriteIsSmall()
    {
        Sprite sprite = Sprite.Of(new Photo?[100]);
        Assert.Equal((160, 160, 16), (sprite.Picture.Width, sprite.Picture.Height, sprite.Cell));
    }

    internal static Photo Cut(Photo from, int left, int top, int width, int height) => new(width, height,
        [.. Enumerable.Range(0, height).SelectMany(y => from.Rgb.Skip(((top + y) * from.Width + left) * 3).Take(width * 3))]);
}
