using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Models.Folders;

/// <summary>
/// How an image processor of transformers makes a model's input, from preprocessor_config.json: resized, cropped, rescaled, normalised. Its
/// class decides what a plain number is the size of, and what is done in between.
/// </summary>
internal sealed class ImageProcessor
{
    private const string Size = "size";
    private const string CropSize = "crop_size";
    private const string ShortSide = "shortest_edge";
    private const string CropShare = "crop_pct";
    private const int MostPixels = (int)FileMetadata.LargestNumber;

    // In these a plain number is the short side's; in all others it is that of a square.
    private static readonly string[] ShortSided =
        ["CLIP", "ChineseCLIP", "Bit", "ConvNext", "PoolFormer", "Levit", "MobileNetV1", "MobileNetV2", "MobileViT"];

    // These crop without being told to.
    private static readonly string[] Cropping =
        ["CLIP", "ChineseCLIP", "Bit", "Deit", "PoolFormer", "Levit", "MobileNetV1", "MobileNetV2", "MobileViT"];

    private readonly ConfigValues _stated;
    private readonly string _class;
    private readonly Preprocessing _usual;
    private readonly Action<string> _explain;

    // Models whose processor is called otherwise than they are, for files that do not say its class.
    private static readonly Dictionary<string, string> ClassOfModel = new()
    {
        ["ResNet"] = "ConvNext",
        ["RegNet"] = "ConvNext",
        ["ConvNextV2"] = "ConvNext",
        ["Dinov2"] = "Bit",
        ["Dinov2WithRegisters"] = "Bit",
    };

    private ImageProcessor(ConfigValues stated, string model, Preprocessing usual, Action<string> explain)
    {
        (_stated, _usual, _explain) = (stated, usual, explain);
        string name = stated.Text("image_processor_type", stated.Text("feature_extractor_type", ""));
        string ending = ((string[])["ImageProcessorFast", "ImageProcessor", "FeatureExtractor"])
            .FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal)) ?? "";
        _class = name.Length > 0 ? name[..^ending.Length] : ClassOfModel.GetValueOrDefault(model, model);
    }

    /// <summary>The preprocessing.</summary>
    /// <param name="stated">preprocessor_config.json.</param>
    /// <param name="model">What the model's class begins with, such as ViT: older files do not say the processor's.</param>
    /// <param name="usual">What it leaves out.</param>
    /// <param name="explain">Is told what cannot be done in the same way.</param>
    /// <exception cref="ModelImportException">A value is impossible.</exception>
    public static Preprocessing Of(ConfigValues stated, string model, Preprocessing usual, Action<string> explain)
    {
        var processor = new ImageProcessor(stated, model, usual, explain);
        return FolderPreprocessing.Checked(stated, () => processor.Normalised(processor.Resized()) with
        {
            Interpolation = processor.Interpolated(),
            WholeBytes = true,
            ChannelOrder = stated.Flag("do_flip_channel_order", processor.Is("MobileViT")) ? ChannelOrder.Bgr : ChannelOrder.Rgb,
        });
    }

    private bool Is(string name) => _class.Equals(name, StringComparison.OrdinalIgnoreCase);

    private Preprocessing Resized()
    {
        bool crops = !Is("ConvNext") && _stated.Flag("do_center_crop", Cropping.Any(Is));
        (int Height, int Width)? crop = crops && _stated.Has(CropSize) ? SidesOf(CropSize) : null;
        if (!_stated.Flag("do_resize", true))
        {
            _explain($"'{_stated.Path}' resizes nothing; here every image is resized to the input.");
            return crop is { } middle ? _usual.ForInput(middle.Height, middle.Width) : _usual;
        }
        if (!_stated.Has(Size))
        {
            return crop is { } middle ? _usual.ForInput(middle.Height, middle.Width) : _usual;
        }
        return ShortSideOf(Size) is { } side ? OfShortSide(side, crop) : OfSides(SidesOf(Size), crop);
    }

    /// <summary>Resized to this short side in the photo's own aspect.</summary>
    private Preprocessing OfShortSide(int side, (int Height, int Width)? crop)
    {
        if (Is("ConvNext"))
        {
            // Below 384 pixels the middle of a larger picture, from there on all of it.
            const int wholeFrom = 384;
            return side < wholeFrom ? With(ResizeMode.CenterCrop, (side, side), Enlarged(side, 224.0 / 256))
                : With(ResizeMode.Stretch, (side, side), side);
        }
        if (crop is not { } middle)
        {
            _explain($"'{_stated.Path}' resizes the short side to {side} and keeps the rest; here the input is the middle square.");
            middle = (side, side);
        }
        if (middle.Height != middle.Width)
        {
            throw _stated.Wrong(CropSize, $"a square, where {Size} is a short side");
        }
        return With(ResizeMode.CenterCrop, middle,
            Is("Levit") ? (int)(256.0 / 224 * side) : Is("PoolFormer") ? Enlarged(side, null) : side);
    }

    /// <summary>Resized to this shape, whatever the photo's.</summary>
    private Preprocessing OfSides((int Height, int Width) sides, (int Height, int Width)? crop)
    {
        if (Is("PoolFormer") && _stated.Has(CropShare))
        {
            (int Height, int Width) larger = (Enlarged(sides.Height, null), Enlarged(sides.Width, null));
            // Of a square it is the short side after all.
            return sides.Height == sides.Width ? With(ResizeMode.CenterCrop, crop ?? sides, larger.Height)
                : Stretched(larger, crop ?? sides);
        }
        return Stretched(sides, crop ?? sides);
    }

    private Preprocessing Stretched((int Height, int Width) sides, (int Height, int Width) crop)
    {
        if (sides == crop)
        {
            return With(ResizeMode.Stretch, sides, Math.Min(sides.Height, sides.Width));
        }
        return (long)sides.Height * crop.Width == (long)sides.Width * crop.Height
            ? With(ResizeMode.StretchCrop, crop, Math.Min(sides.Height, sides.Width))
            : throw _stated.Wrong(CropSize, $"of the shape of {Size}, {sides.Height}×{sides.Width}");
    }

    private Preprocessing With(ResizeMode mode, (int Height, int Width) input, int resized) =>
        new(input.Height, input.Width, _usual.Mean, _usual.Std, mode) { ResizeSize = resized };

    /// <summary>The side of the picture from which a crop of this side is the share that is stated.</summary>
    private int Enlarged(int side, double? usual)
    {
        double share = _stated.Number(CropShare, usual ?? 1);
        return side / share is var larger and >= 1 and <= MostPixels ? (int)larger
            : throw _stated.Wrong(CropShare, $"a number by which {side} makes 1 to {MostPixels}");
    }

    /// <summary>Mean and standard deviation of pixels from 0 to 1 that do what rescaling and normalising do together.</summary>
    private Preprocessing Normalised(Preprocessing resized)
    {
        double factor = _stated.Flag("do_rescale", true) ? _stated.Number("rescale_factor", 1 / 255.0) : 1;
        bool normalises = _stated.Flag("do_normalize", !Is("MobileViT"));
        IReadOnlyList<double> mean = Each(normalises ? _stated.Numbers("image_mean", _usual.Mean) : [0]);
        IReadOnlyList<double> std = Each(normalises ? _stated.Numbers("image_std", _usual.Std) : [1]);
        bool again = Is("EfficientNet") && _stated.Flag("include_top", true);
        double white = 255 * factor, offset = Is("EfficientNet") && _stated.Flag("rescale_offset", false) ? 1 : 0;
        IReadOnlyList<double> second = Each(again ? _stated.Numbers("image_std", _usual.Std) : [1]);
        return resized with
        {
            Mean = [.. mean.Select(value => (value + offset) / white)],
            Std = [.. std.Select((value, i) => value * second[i % second.Count] / white)],
        };
    }

    /// <summary>One number is each channel's.</summary>
    private IReadOnlyList<double> Each(IReadOnlyList<double> numbers) =>
        numbers.Count == 1 ? [.. Enumerable.Repeat(numbers[0], _usual.Mean.Count)] : numbers;

    private Interpolation Interpolated() => _stated.Whole("resample", _usual.Interpolation switch
    {
        Interpolation.Nearest => 0,
        Interpolation.Lanczos => 1,
        Interpolation.Bicubic => 3,
        _ => 2,
    }, least: 0) switch
    {
        0 => Interpolation.Nearest,
        1 => Interpolation.Lanczos,
        2 => Interpolation.Bilinear,
        3 => Interpolation.Bicubic,
        _ => throw _stated.Wrong("resample", "0 (nearest), 1 (lanczos), 2 (bilinear) or 3 (bicubic)"),
    };

    /// <summary>The short side that a size states; null where it states both.</summary>
    private int? ShortSideOf(string name) => _stated.KindOf(name) switch
    {
        JsonValueKind.Number when ShortSided.Any(Is) => _stated.Whole(name, 0, most: MostPixels),
        JsonValueKind.Object when _stated.Inner(name) is var sides && sides.Has(ShortSide) =>
            sides.Whole(ShortSide, 0, most: MostPixels),
        _ => null,
    };

    private (int Height, int Width) SidesOf(string name)
    {
        switch (_stated.KindOf(name))
        {
            case JsonValueKind.Number:
                int side = _stated.Whole(name, 0, most: MostPixels);
                return (side, side);
            case JsonValueKind.Array:
                return _stated.Wholes(name, [], most: MostPixels) is [var first, var second] ? (first, second) : throw Wrong();
            case JsonValueKind.Object:
                ConfigValues sides = _stated.Inner(name);
                return sides.Has("height") && sides.Has("width")
                    ? (sides.Whole("height", 0, most: MostPixels), sides.Whole("width", 0, most: MostPixels))
                    : ShortSideOf(name) is { } only ? (only, only) : throw Wrong();
            default:
                throw Wrong();
        }

        ModelImportException Wrong() => _stated.Wrong(name, $"a number, height and width, or {ShortSide}");
    }
}
