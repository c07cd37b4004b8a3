using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
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

    /// <summary>
    /// The middle of the whole photo, stretched first to the input's shape with a short side of ResizeSize: timm's crop mode squash.
    /// </summary>
    StretchCrop,

    /// <summary>
    /// The whole photo in its own aspect, with borders in the mean colour: timm's crop mode border.
    /// </summary>
    Pad,

    /// <summary>
    /// The whole photo in its own aspect, with borders of a grey of 114 / 255: as Ultralytics' detectors take it.
    /// </summary>
    Letterbox,
}

/// <summary>What turns a photo into a model's input: bytes / 255, resized (antialias), minus mean, over standard deviation.</summary>
/// <remarks>
/// torchvision's presets resize 8-bit pictures and so round to whole bytes before the division; here it stays exact, which is at most
/// half of 1/255 away. Only <see cref="Interpolation.Linear"/> rounds, as OpenCV does.
/// </remarks>
/// <param name="Height">The input's height in pixels.</param>
/// <param name="Width">The input's width in pixels.</param>
/// <param name="Mean">Of red, green and blue, in units of 1 (not 255); of one channel, grey; or of each band.</param>
/// <param name="Std">Of as many, in units of 1, over 0.</param>
/// <param name="ResizeMode">How photos of another shape are fitted.</param>
public sealed record Preprocessing(int Height, int Width, IReadOnlyList<double> Mean, IReadOnlyList<double> Std, ResizeMode ResizeMode)
{
    /// <summary>The most channels that an input may have.</summary>
    public const int MostChannels = 256;

    /// <summary>The part of the resized photo that a centre crop keeps where nothing else is known: 224 of 256.</summary>
    private const double CropShare = 0.875;

    private const int Colors = 3;

    private const double LetterboxGrey = 114;

    /// <summary>The input's height in pixels.</summary>
    public int Height { get; } = Height > 0 ? Height : throw new ArgumentOutOfRangeException(nameof(Height), Height, "At least 1.");

    /// <summary>The input's width in pixels.</summary>
    public int Width { get; } = Width > 0 ? Width : throw new ArgumentOutOfRangeException(nameof(Width), Width, "At least 1.");

    /// <summary>How many channels the input has: 3 for colours, 1 for grey, or more.</summary>
    [JsonIgnore]
    public int Channels => Mean.Count;

    /// <summary>
    /// The bands of a photo that are the input's channels, counted from 1: red, green and blue are the first three of most. Null for the
    /// usual ones: all three colours; grey for one channel; the first bands for another number.
    /// </summary>
    public IReadOnlyList<int>? Bands
    {
        get;
        init => field = value is null || (value.Count == Channels && value.All(band => band > 0)) ? value
            : throw new ArgumentException($"One band for each of {Channels} channels is needed, counted from 1, not " +
                $"{string.Join(", ", value)}.", nameof(Bands));
    }

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
        init => field = Positive(value, Channels);
    } = Positive(Std, Mean.Count);

    /// <summary>
    /// The short side of the resized photo in pixels, of which <see cref="ResizeMode.CenterCrop"/> and <see cref="ResizeMode.StretchCrop"/>
    /// keep the middle (of <see cref="ResizeMode.Pad"/> and <see cref="ResizeMode.Letterbox"/>, that of the box that the photo is fitted
    /// into); at least 1. What is left of the input around a smaller one is black. Where it is not set, the input's short side /
    /// 0.875, or of those two the side itself.
    /// </summary>
    public int ResizeSize
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(ResizeSize), value, "At least 1.");
    } = UsualResizeSize(Height, Width, ResizeMode);

    /// <summary>How the pixels of the resized photo are made of its own.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>
    /// In which order the input has the colours; <see cref="Mean"/> and <see cref="Std"/> are of red, green and blue all the same.
    /// </summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>
    /// Whether resized pixels are rounded to whole bytes, as Pillow does after either direction: for models that take nothing else, and
    /// where a library's own pixels are meant.
    /// </summary>
    public bool WholeBytes { get; init; }

    /// <summary>
    /// Of <see cref="ResizeMode.Letterbox"/>, whether the photo lies in the upper left corner, with borders after it only, and fractions of
    /// its sides are cut off: as YOLOX takes it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AtCorner { get; init; }

    /// <summary>The same for another input size; <see cref="ResizeSize"/> follows it.</summary>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    public Preprocessing ForInput(int height, int width) => (height, width) == (Height, Width)
        ? this
        : new Preprocessing(height, width, Mean, Std, ResizeMode)
        {
            Interpolation = Interpolation,
            ChannelOrder = ChannelOrder,
            WholeBytes = WholeBytes,
            AtCorner = AtCorner,
        };

    /// <summary>
    /// The same for another number of channels: of one channel, mean and standard deviation are the average ones of the colours; of other
    /// numbers they are 0 and 1.
    /// </summary>
    /// <param name="channels">1 to <see cref="MostChannels"/>.</param>
    public Preprocessing ForChannels(int channels)
    {
        if (channels == Channels)
            return this;
        double mean = channels == 1 ? Math.Round(Mean.Average(), 3) : 0, std = channels == 1 ? Math.Round(Std.Average(), 3) : 1;
        return this with
        {
            Bands = null,
            Mean = [.. Enumerable.Repeat(mean, channels)],
            Std = [.. Enumerable.Repeat(std, channels)],
        };
    }

    /// <summary>
    /// The part of the network's own canvas that the input fills, from its upper left corner: maps are cut to it. 1 unless the network pads
    /// its input itself before it looks at it.
    /// </summary>
    [JsonIgnore]
    internal (double Down, double Across) CanvasShare { get; init; } = (1, 1);

    /// <summary>How detectors are mostly given photos: whole, bytes / 255, between grey borders.</summary>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="channels">1 to <see cref="MostChannels"/>.</param>
    internal static Preprocessing Letterbox(int height, int width, int channels) => new(height, width,
        [.. Enumerable.Repeat(0.0, channels)], [.. Enumerable.Repeat(1.0, channels)], ResizeMode.Letterbox)
    {
        Interpolation = Interpolation.Linear,
    };

    /// <summary>Makes the model's input.</summary>
    /// <param name="photo">The photo, of any size.</param>
    /// <returns>
    /// float32 [1, <see cref="Channels"/>, Height, Width], colours by <see cref="ChannelOrder"/>, on the CPU; the caller owns it.
    /// </returns>
    /// <exception cref="ImageFileException">The photo lacks a band.</exception>
    public Tensor ToInput(Photo photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        bool isOfBands = Bands is not null || photo.Bands is not null || Channels is not (1 or Colors);
        photo = Channels == 1 && !isOfBands ? photo.ToGrey() : photo;
        PixelRegion frame = photo.Frame, region = photo.Find(RegionOf(photo.OriginalWidth, photo.OriginalHeight));
        ResampleKernel kernel = ResampleKernel.Of(Interpolation);
        (InputAxis across, InputAxis down) = AxesOf(photo.OriginalWidth, photo.OriginalHeight);
        double scaleX = region.Width / Width, scaleY = region.Height / Height;
        int left = across.First, shown = across.Count;
        float[][,] bands = isOfBands ? [.. (Bands ?? [.. Enumerable.Range(1, Channels)]).Select(photo.Band)] : [];
        Tensor input = empty([1, Channels, Height, Width]);
        if (shown < Width || down.Count < Height)
            FillBorders(input);
        var columns = new ResampleAxis(frame.X, frame.X + frame.Width, region.X + left * scaleX, scaleX, shown, kernel);
        var rows = new ResampleAxis(frame.Y, frame.Y + frame.Height, region.Y + down.First * scaleY, scaleY, down.Count, kernel);
        for (int c = 0; c < bands.Length; c++)
        {
            float mean = (float)(255 * Mean[c]), std = (float)(255 * Std[c]);
            int first = (c * Height + down.First) * Width + left;
            Resampler.Resize(bands[c], columns, rows, (y, row) =>
            {
                Span<float> line = MemoryMarshal.Cast<byte, float>(input.bytes).Slice(first + y * Width, shown);
                for (int x = 0; x < line.Length; x++)
                    line[x] = (row[x] - mean) / std;
            });
        }
        if (isOfBands)
            return input;
        if (WholeBytes)
            ByteResampler.Resize(photo, columns, rows, Take);
        else if (Interpolation == Interpolation.Linear)
            Resampler.Resize(photo, columns, rows, TakeBytes);
        else
            Resampler.Resize(photo, columns, rows, Take);
        return input;

        // OpenCV's pixels are bytes again, rounded once.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void TakeBytes(int y, Span<float> row)
        {
            for (int x = 0; x < row.Length; x++)
                row[x] = MathF.Floor(row[x] + 0.5f);
            Take(y, row);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Take(int y, Span<float> row)
        {
            Span<float> planes = MemoryMarshal.Cast<byte, float>(input.bytes);
            for (int c = 0; c < Channels; c++)
            {
                // in steps of a byte: one rounding fewer for each pixel
                float mean = (float)(255 * Mean[c]), std = (float)(255 * Std[c]);
                Span<float> line = planes.Slice((PlaneOf(c) * Height + down.First + y) * Width + left, shown);
                for (int x = 0, at = c; x < line.Length; x++, at += 3)
                    line[x] = (row[at] - mean) / std;
            }
        }
    }

    /// <summary>The part of a photo that the input shows.</summary>
    /// <param name="photoWidth">The photo's width in pixels.</param>
    /// <param name="photoHeight">The photo's height in pixels.</param>
    /// <returns>
    /// The whole photo for <see cref="ResizeMode.Stretch"/>, the crop's exact edges otherwise; they lie outside the photo where the input
    /// has borders.
    /// </returns>
    public PixelRegion RegionOf(int photoWidth, int photoHeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(photoWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(photoHeight, 1);
        (InputAxis across, InputAxis down) = AxesOf(photoWidth, photoHeight);
        return new PixelRegion(across.Offset * across.Scale, down.Offset * down.Scale, Width * across.Scale, Height * down.Scale);
    }

    /// <summary>How large the resized photo is, and which of its pixels the input shows.</summary>
    private (InputAxis Across, InputAxis Down) AxesOf(int photoWidth, int photoHeight)
    {
        if (ResizeMode == ResizeMode.Stretch)
            return (new InputAxis(photoWidth, Width, Width), new InputAxis(photoHeight, Height, Height));
        double enlarged = (double)ResizeSize / Math.Min(Width, Height);
        long boxWidth = (long)Math.Round(Width * enlarged), boxHeight = (long)Math.Round(Height * enlarged);
        double ratio = Math.Max((double)photoWidth / boxWidth, (double)photoHeight / boxHeight);
        double share = Math.Min((double)boxHeight / photoHeight, (double)boxWidth / photoWidth);
        // torchvision resizes the short side to this box's side and cuts fractions off the long one; a box that is no square is covered
        // in the same way.
        bool widthIsShort = photoWidth * boxHeight <= photoHeight * boxWidth;
        (long width, long height) = ResizeMode switch
        {
            ResizeMode.StretchCrop => (boxWidth, boxHeight),
            ResizeMode.Letterbox when AtCorner => ((long)(photoWidth * share), (long)(photoHeight * share)),
            // As it is computed there, so that halves fall the same way.
            ResizeMode.Letterbox => ((long)Math.Round(photoWidth * share), (long)Math.Round(photoHeight * share)),
            ResizeMode.Pad => ((long)Math.Round(photoWidth / ratio), (long)Math.Round(photoHeight / ratio)),
            _ => (widthIsShort ? boxWidth : boxHeight * photoWidth / photoHeight,
                widthIsShort ? boxWidth * photoHeight / photoWidth : boxHeight),
        };
        bool atStart = AtCorner && ResizeMode == ResizeMode.Letterbox;
        return (new InputAxis(photoWidth, Math.Max(1, width), Width, atStart),
            new InputAxis(photoHeight, Math.Max(1, height), Height, atStart));
    }

    /// <summary>Makes the whole input of what is around a photo that does not fill it: the mean colour, or black.</summary>
    private void FillBorders(Tensor input)
    {
        Span<float> planes = MemoryMarshal.Cast<byte, float>(input.bytes);
        for (int c = 0; c < Channels; c++)
        {
            double color = ResizeMode switch
            {
                ResizeMode.Pad => Math.Clamp(Math.Round(255 * Mean[c]), 0, 255),
                ResizeMode.Letterbox => LetterboxGrey,
                _ => 0,
            };
            planes.Slice(PlaneOf(c) * Height * Width, Height * Width).Fill((float)((color / 255 - Mean[c]) / Std[c]));
        }
    }

    /// <summary>
    /// How many pixels the short side of a photo needs so that an explanation hardly depends on how the photo was reduced to them: four
    /// for each of the input's. Maps then differ by as little as they do for an input of whole bytes, as torchvision makes it.
    /// </summary>
    internal int SufficientSide => Interpolation == Interpolation.Linear ? int.MaxValue : // pixels by themselves are taken
        4 * Math.Max(Height, Width) * (ResizeMode == ResizeMode.Stretch ? Math.Min(Height, Width) : ResizeSize) / Math.Min(Height, Width);

    /// <summary>
    /// The way back: shows what an input tensor holds; of one or two channels the first as grey, of more than three the first three.
    /// </summary>
    /// <param name="input">[1, C, H, W] or [C, H, W] with C = <see cref="Channels"/>, any floating type, any size; unchanged.</param>
    /// <returns>Times standard deviation, plus mean, times 255, rounded and clamped to bytes; not-a-number becomes 0.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public Photo ToPhoto(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long[] shape = input.shape;
        if (shape is not ([1, _, > 0, > 0] or [_, > 0, > 0]) || shape[^3] != Channels)
        {
            throw new ArgumentException(
                $"An input tensor is [1, {Channels}, H, W] or [{Channels}, H, W], not [{string.Join(", ", shape)}].", nameof(input));
        }
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<float> planes = MemoryMarshal.Cast<byte, float>(input.detach().to(ScalarType.Float32).cpu().contiguous().bytes);
        int size = planes.Length / Channels;
        byte[] rgb = new byte[size * Colors];
        for (int c = 0; c < Colors; c++)
        {
            int channel = Channels < Colors ? 0 : c;
            float mean = (float)Mean[channel], std = (float)Std[channel];
            ReadOnlySpan<float> plane = planes.Slice(PlaneOf(channel) * size, size);
            for (int i = 0, at = c; i < plane.Length; i++, at += 3)
            {
                float value = (plane[i] * std + mean) * 255;
                rgb[at] = value > 0 ? (byte)(Math.Min(value, 255) + 0.5f) : (byte)0; // not-a-number is not over 0
            }
        }
        return new Photo((int)shape[^1], (int)shape[^2], rgb);
    }

    /// <summary>Where the input has a colour, of red, green and blue.</summary>
    private int PlaneOf(int color) => ChannelOrder == ChannelOrder.Bgr && Channels == Colors && Bands is null ? 2 - color : color;

    /// <summary>What <see cref="ResizeSize"/> is where nobody says it.</summary>
    internal static int UsualResizeSize(int height, int width, ResizeMode mode) =>
        mode is ResizeMode.Pad or ResizeMode.Letterbox ? Math.Min(height, width) : (int)Math.Round(Math.Min(height, width) / CropShare);

    private static IReadOnlyList<double> Positive(IReadOnlyList<double> std, int channels) =>
        OneForEachChannel(std, nameof(Std)).Count != channels
        ? throw new ArgumentException($"There are {channels} means, and {std.Count} standard deviations.", nameof(Std))
        : std.All(s => s > 0) ? std
        : throw new ArgumentException($"Each standard deviation must be over 0, not {string.Join(", ", std)}.", nameof(Std));

    private static IReadOnlyList<double> OneForEachChannel(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count is > 0 and <= MostChannels && values.All(double.IsFinite)
            ? values
            : throw new ArgumentException($"A finite number for each channel is needed (red, green, blue), not " +
                $"{string.Join(", ", values.Take(10))}.", name);
    }
}
