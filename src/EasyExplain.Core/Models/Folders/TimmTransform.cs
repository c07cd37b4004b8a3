using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Models.Folders;

/// <summary>
/// How timm makes a model's input, from the values of pretrained_cfg as its resolve_data_config reads them; older files have them at the
/// root of config.json.
/// </summary>
internal static class TimmTransform
{
    private const string InputSize = "input_size";
    private const string TestInputSize = "test_input_size";
    private const string TestCropShare = "test_crop_pct";
    private const string CropShare = "crop_pct";
    private const string CropMode = "crop_mode";
    private const string Interpolation = "interpolation";

    /// <summary>The preprocessing.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="chosen">Height and width, or one side, that the user wants; null for the model's own.</param>
    /// <exception cref="ModelImportException">A value is impossible.</exception>
    public static Preprocessing Of(ConfigValues config, IReadOnlyList<int>? chosen)
    {
        int most = (int)FileMetadata.LargestNumber;
        ConfigValues stated = config.Has("pretrained_cfg") ? config.Inner("pretrained_cfg") : config;
        // timm itself takes the size of training, and transformers' wrapper of timm that of testing.
        bool tests = config.KindOf("model_type") == JsonValueKind.String && config.Text("model_type", "") == "timm_wrapper";
        IReadOnlyList<int> size = stated.Wholes(InputSize, [3, 224, 224], most: most);
        size = tests ? stated.Wholes(TestInputSize, size, most: most) : size;
        (int height, int width) = chosen is not null ? (chosen[0], chosen[^1])
            : size is [_, var h, var w] ? (h, w) : throw stated.Wrong(InputSize, "channels, height and width");
        // Like Python's "or", 0 is nothing.
        double share = tests && stated.Number(TestCropShare, 0) is var tested && tested != 0 ? tested
            : stated.Number(CropShare, 0) is var given && given != 0 ? given : 0.875;
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
            WholeBytes = true,
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
