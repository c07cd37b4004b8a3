using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Import.Onnx;

/// <summary>
/// How a picture becomes the input, as far as an ONNX file says it (github.com/onnx/onnx/blob/main/docs/MetadataProps.md).
/// </summary>
internal static class ImageMetadata
{
    private const string PixelFormat = "Image.BitmapPixelFormat";
    private const string PixelRange = "Image.NominalPixelRange";

    /// <summary>The preprocessing that the file states; what it leaves out is as <paramref name="usual"/>.</summary>
    /// <param name="metadata">What the file says of itself.</param>
    /// <param name="input">The model's input.</param>
    /// <param name="usual">Where nobody says otherwise.</param>
    /// <param name="whose">The file, for errors.</param>
    /// <param name="explain">Is told what was found.</param>
    /// <exception cref="ModelImportException">It says something that is not known here.</exception>
    public static Preprocessing Of(IReadOnlyDictionary<string, string> metadata, OnnxInput input, Preprocessing usual, string whose,
        Action<string> explain)
    {
        string? format = metadata.GetValueOrDefault(PixelFormat), range = metadata.GetValueOrDefault(PixelRange);
        ChannelOrder order = format switch
        {
            null or "Rgb8" => usual.ChannelOrder,
            "Bgr8" => ChannelOrder.Bgr,
            "Gray8" when usual.Channels == 1 => usual.ChannelOrder,
            _ => throw FileMetadata.Wrong(whose, PixelFormat, ImportErrors.Printable(format),
                "Rgb8 or Bgr8: a photo has red, green and blue"),
        };
        // Pixels of 8 bits are 0 to 255 where nothing else is said; so are whole numbers.
        (double Black, double White)? bytes = range switch
        {
            null => format is not null || input.TakesBytes ? (0, 255) : null,
            "NominalRange_0_255" => (0, 255),
            "NominalRange_16_235" => (16, 235),
            "Normalized_0_1" => (0, 1),
            "Normalized_1_1" => (-1, 1),
            _ => throw FileMetadata.Wrong(whose, PixelRange, ImportErrors.Printable(range),
                "NominalRange_0_255, NominalRange_16_235, Normalized_0_1 or Normalized_1_1"),
        };
        if (bytes is not var (black, white))
        {
            return usual with { ChannelOrder = order };
        }
        string colors = usual.Channels == 1 ? "grey" : order == ChannelOrder.Bgr ? "blue, green and red" : "red, green and blue";
        explain($"{whose} takes {colors} from {black} to {white}, " +
            $"{(range is null && format is null ? "for its input is whole numbers" : "as its metadata say")}.");
        // From [0, 1]: (x − mean) / std.
        double std = 1 / (white - black), mean = -black * std;
        return usual with { ChannelOrder = order, WholeBytes = input.TakesBytes, Mean = Each(mean), Std = Each(std) };

        double[] Each(double number) => [.. Enumerable.Repeat(number, usual.Channels)];
    }
}
