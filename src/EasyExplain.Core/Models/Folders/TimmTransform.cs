using EasyExplain.Imaging;

namespace EasyExplain.Models.Folders;

/// <summary>
/// How timm makes a model's input, from the values of pretrained_cfg as its resolve_data_config reads them; older files have them at the
/// root of config.json.
/// </summary>
internal static class TimmTransform
{
    private const string InputSize = "input_size";
    private const string CropShare = "crop_pct";
    private const string CropMode = "crop_mode";
    private const string Interpolation = "interpolation";

    /// <summary>The preprocessing.</summary>
    /// <exception cref="ModelImportException">A value is impossible.</exception>
    public static Preprocessing Of(ConfigValues config)
    {
        int most = (int)FileMetadata.LargestNumber;
        ConfigValues stated = config.Has("pretrained_cfg") ? config.Inner("pretrained_cfg") : config;
        IReadOnlyList<int> size = stated.Wholes(InputSize, [3, 224, 224], most: most);
        (int height, int width) = size is [_, var h, var w] ? (h, w) : throw stated.Wrong(InputSize, "channels, height and width");
        // Like Python's "or", 0 is nothing.
        double share = stated.Number(CropShare, 0) is var given && given != 0 ? given : 0.875;
        if (!(Math.Min(height, width) / share is >= 1 and <= FileMetadata.LargestNumber))
        {
            throw stated.Wrong(CropShare, $"a number by which {Math.Min(height, width)} makes 1 to {most}");
        }
        int resized = (int)Math.Floor(Math.Min(height, width) / share);
        return FolderPreprocessing.Checked(stated, () => new Preprocessing(height, width,
            stated.Numbers("mean", [0.485, 0.456, 0.406]), stated.Numbers("std", [0.229, 0.224, 0.225]),
            stated.Text(CropMode, "center") switch
            {
                "center" => ResizeMode.CenterCrop,
                "squash" => ResizeMode.StretchCrop,
                "border" => ResizeMode.Pad,
                _ => throw stated.Wrong(CropMode, "center, squash or border"),
            })
        {
            ResizeSize = resized,
            Interpolation = stated.Text(Interpolation, "bicubic") switch
            {
                "bicubic" => Imaging.Interpolation.Bicubic,
                "bilinear" => Imaging.Interpolation.Bilinear,
                "nearest" => Imaging.Interpolation.Nearest,
                "lanczos" => Imaging.Interpolation.Lanczos,
                _ => throw stated.Wrong(Interpolation, "bicubic, bilinear, nearest or lanczos"),
            },
        });
    }
}
