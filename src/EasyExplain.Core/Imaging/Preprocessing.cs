using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Imaging;

/// <summary>How a photo of another shape is fitted into a model's input.</summary>
public enum ResizeMode
{
    /// <summary>The whole photo, stretched to the input's shape.</summary>
    Stretch,

    /// <summary>
    /// The photo's middle in its own aspect: torchvision's <c>Resize(ResizeSize)</c>, then <c>CenterCrop</c>, by which its published
    /// accuracies were measured.
    /// </summary>
    CenterCrop,
}

/// <summary>What turns a photo into a model's input: bytes / 255, resized (antialias), minus mean, over standard deviation.</summary>
/// <remarks>
/// torchvision's presets resize 8-bit pictures and so round to whole bytes before the division; here it stays exact, which is at most
/// half of 1/255 away.
/// </remarks>
/// <param name="Height">The input's height in pixels.</param>
/// <param name="Width">The input's width in pixels.</param>
/// <param name="Mean">Of red, green and blue, in units of 1 (not 255).</param>
/// <param name="Std">Of red, green and blue, in units of 1, over 0.</param>
/// <param name="ResizeMode">How photos of another shape are fitted.</param>
public sealed record Preprocessing(int Height, int Width, IReadOnlyList<double> Mean, IReadOnlyList<double> Std, ResizeMode ResizeMode)
{
    /// <summary>The part of the resized photo that a centre crop keeps where nothing else is known: 224 of 256.</summary>
    private const double CropShare = 0.875;

    /// <summary>The input's height in pixels.</summary>
    public int Height { get; } = Height > 0 ? Height : throw new ArgumentOutOfRangeException(nameof(Height), Height, "At least 1.");

    /// <summary>The input's width in pixels.</summary>
    public int Width { get; } = Width > 0 ? Width : throw new ArgumentOutOfRangeException(nameof(Width), Width, "At least 1.");

    /// <summary>Of red, green and blue, in units of 1 (not 255).</summary>
    public IReadOnlyList<double> Mean
    {
        get;
        init => field = OneForEachChannel(value, nameof(Mean));
    } = OneForEachChannel(Mean, nameof(Mean));

    /// <summary>Of red, green and blue, in units of 1, over 0.</summary>
    public IReadOnlyList<double> Std
    {
        get;
        init => field = Positive(value);
    } = Positive(Std);

    /// <summary>
    /// The short side of the resized photo in pixels, of which <see cref="ResizeMode.CenterCrop"/> keeps the middle; where it is not set,
    /// the input's short side / 0.875.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is less than the input's short side, so there would be nothing to crop from.
    /// </exception>
    public int ResizeSize
    {
        get;
        init => field = value >= Math.Min(Height, Width) ? value : throw new ArgumentOutOfRangeException(nameof(ResizeSize), value,
            $"At least the input's short side, {Math.Min(Height, Width)}.");
    } = (int)Math.Round(Math.Min(Height, Width) / CropShare);

    /// <summary>How the pixels of the resized photo are made of its own.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>
    /// In which order the input has the colours; <see cref="Mean"/> and <see cref="Std"/> are of red, green and blue all the same.
    /// </summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>Whether resized pixels are rounded to whole bytes, for models that take nothing else.</summary>
    public bool WholeBytes { get; init; }

    /// <summary>The same for another input size; <see cref="ResizeSize"/> follows it.</summary>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    public Preprocessing ForInput(int height, int width) => (height, width) == (Height, Width)
        ? this
        : new Preprocessing(height, width, Mean, Std, ResizeMode)
        {
            Interpolation = Interpolation,
            ChannelOrder = ChannelOrder,
            WholeBytes = WholeBytes
        };

    /// <summary>Makes the model's input.</summary>
    /// <param name="photo">The photo, of any size.</param>
    /// <returns>float32 [1, 3, Height, Width], colours by <see cref="ChannelOrder"/>, on the CPU; the caller owns it.</returns>
    public Tensor ToInput(Photo photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        PixelRegion frame = photo.Frame, region = photo.Find(RegionOf(photo.OriginalWidth, photo.OriginalHeight));
        ResampleKernel kernel = Interpolation == Interpolation.Bicubic ? ResampleKernel.Bicubic : ResampleKernel.Bilinear;
        Tensor input = empty([1, 3, Height, Width]);
        Resampler.Resize(photo,
            new ResampleAxis(frame.X, frame.X + frame.Width, region.X, region.Width / Width, Width, kernel),
            new ResampleAxis(frame.Y, frame.Y + frame.Height, region.Y, region.Height / Height, Height, kernel),
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] (y, row) =>
            {
                Span<float> planes = MemoryMarshal.Cast<byte, float>(input.bytes);
                for (int c = 0; c < 3; c++)
                {
                    // in steps of a byte: one rounding fewer for each pixel
                    float mean = (float)(255 * Mean[c]), std = (float)(255 * Std[c]);
                    Span<float> line = planes.Slice((PlaneOf(c) * Height + y) * Width, Width);
                    if (WholeBytes)
                    {
                        for (int x = 0, at = c; x < line.Length; x++, at += 3)
                            line[x] = (MathF.Floor(Math.Clamp(row[at], 0, 255) + 0.5f) - mean) / std;
                        continue;
                    }
                    for (int x = 0, at = c; x < line.Length; x++, at += 3)
                        line[x] = (row[at] - mean) / std;
                }
            });
        return input;
    }

    /// <summary>The part of a photo that the input shows.</summary>
    /// <param name="photoWidth">The photo's width in pixels.</param>
    /// <param name="photoHeight">The photo's height in pixels.</param>
    /// <returns>
    /// The whole photo for <see cref="ResizeMode.Stretch"/>, the crop's exact edges for <see cref="ResizeMode.CenterCrop"/>.
    /// </returns>
    public PixelRegion RegionOf(int photoWidth, int photoHeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(photoWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(photoHeight, 1);
        if (ResizeMode == ResizeMode.Stretch)
            return PixelRegion.Whole(photoWidth, photoHeight);
        // torchvision resizes the short side to this box's side and cuts fractions off the long one; a box that is no square is covered
        // in the same way. Its CenterCrop rounds halves to even, as Math.Round does.
        double enlarged = (double)ResizeSize / Math.Min(Width, Height);
        long boxWidth = (long)Math.Round(Width * enlarged), boxHeight = (long)Math.Round(Height * enlarged);
        bool widthIsShort = photoWidth * boxHeight <= photoHeight * boxWidth;
        long resizedWidth = widthIsShort ? boxWidth : boxHeight * photoWidth / photoHeight;
        long resizedHeight = widthIsShort ? boxWidth * photoHeight / photoWidth : boxHeight;
        double scaleX = (double)photoWidth / resizedWidth, scaleY = (double)photoHeight / resizedHeight;
        return new PixelRegion(
            Math.Round((resizedWidth - Width) / 2.0) * scaleX, Math.Round((resizedHeight - Height) / 2.0) * scaleY,
            Width * scaleX, Height * scaleY);
    }

    /// <summary>
    /// How many pixels the short side of a photo needs so that an explanation hardly depends on how the photo was reduced to them: four
    /// for each of the input's. Maps then differ by as little as they do for an input of whole bytes, as torchvision makes it.
    /// </summary>
    internal int SufficientSide =>
        4 * Math.Max(Height, Width) * (ResizeMode == ResizeMode.CenterCrop ? ResizeSize
        : Math.Min(Height, Width)) / Math.Min(Height, Width);

    /// <summary>The way back: shows what an input tensor holds.</summary>
    /// <param name="input">[1, 3, H, W] or [3, H, W], any floating type, any size; unchanged.</param>
    /// <returns>Times standard deviation, plus mean, times 255, rounded and clamped to bytes; not-a-number becomes 0.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public Photo ToPhoto(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long[] shape = input.shape;
        if (shape is not ([1, 3, > 0, > 0] or [3, > 0, > 0]))
            throw new ArgumentException($"An input tensor is [1, 3, H, W] or [3, H, W], not [{string.Join(", ", shape)}].", nameof(input));
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<float> planes = MemoryMarshal.Cast<byte, float>(input.detach().to(ScalarType.Float32).cpu().contiguous().bytes);
        byte[] rgb = new byte[planes.Length];
        for (int c = 0; c < 3; c++)
        {
            float mean = (float)Mean[c], std = (float)Std[c];
            ReadOnlySpan<float> plane = planes.Slice(PlaneOf(c) * (rgb.Length / 3), rgb.Length / 3);
            for (int i = 0, at = c; i < plane.Length; i++, at += 3)
            {
                float value = (plane[i] * std + mean) * 255;
                rgb[at] = value > 0 ? (byte)(Math.Min(value, 255) + 0.5f) : (byte)0; // not-a-number is not over 0
            }
        }
        return new Photo((int)shape[^1], (int)shape[^2], rgb);
    }

    /// <summary>Where the input has a colour, of red, green and blue.</summary>
    private int PlaneOf(int color) => ChannelOrder == ChannelOrder.Bgr ? 2 - color : color;

    private static IReadOnlyList<double> Positive(IReadOnlyList<double> std) => OneForEachChannel(std, nameof(Std)).All(s => s > 0)
        ? std
        : throw new ArgumentException($"Each standard deviation must be over 0, not {string.Join(", ", std)}.", nameof(Std));

    private static IReadOnlyList<double> OneForEachChannel(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count == 3 && values.All(double.IsFinite)
            ? values
            : throw new ArgumentException($"Three finite numbers are needed (red, green, blue), not {string.Join(", ", values)}.", name);
    }
}
