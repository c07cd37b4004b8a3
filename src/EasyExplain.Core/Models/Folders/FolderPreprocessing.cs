using EasyExplain.Imaging;

namespace EasyExplain.Models.Folders;

/// <summary>How the model of a folder wants its images.</summary>
internal static class FolderPreprocessing
{
    private const string ProcessorName = "preprocessor_config.json";
    private const string ProcessorsName = "processor_config.json";

    /// <summary>The preprocessing that a folder states.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">Its config.json.</param>
    /// <param name="usual">What it leaves out.</param>
    /// <param name="size">Height and width, or one side, that the user wants; null for the folder's own.</param>
    /// <param name="explain">Is told where it comes from.</param>
    /// <exception cref="ModelImportException">A value is impossible.</exception>
    public static Preprocessing Of(ModelFolder folder, ConfigValues config, Preprocessing usual, IReadOnlyList<int>? size,
        Action<string> explain)
    {
        if (FolderNetwork.IsTimm(config))
        {
            explain($"The preprocessing is timm's, by '{config.Path}'.");
            return TimmTransform.Of(config, size);
        }
        if ((folder.Read(ProcessorName) ?? folder.Read(ProcessorsName)?.Inner("image_processor")) is { } stated)
        {
            explain($"The preprocessing is that of '{stated.Path}'.");
            return Sized(ImageProcessor.Of(stated, FolderNetwork.ModelOf(config), usual, explain), size);
        }
        explain($"There is no {ProcessorName} in '{folder.Path}': the preprocessing is the usual one of the architecture.");
        return Sized(usual, size);
    }

    /// <summary>The same for another input size, of which a crop keeps the same share.</summary>
    private static Preprocessing Sized(Preprocessing stated, IReadOnlyList<int>? size)
    {
        if (size is null)
        {
            return stated;
        }
        Preprocessing sized = stated.ForInput(size[0], size[^1]);
        double share = (double)stated.ResizeSize / Math.Min(stated.Height, stated.Width);
        return sized with { ResizeSize = Math.Max(1, (int)(share * Math.Min(sized.Height, sized.Width))) };
    }

    /// <summary>Makes a preprocessing; what is impossible in it is the file's fault.</summary>
    internal static Preprocessing Checked(ConfigValues stated, Func<Preprocessing> make)
    {
        try
        {
            Preprocessing made = make();
            return made.Std.All(value => value is >= FileMetadata.SmallestStd and <= 1 / FileMetadata.SmallestStd)
                && made.Mean.All(value => Math.Abs(value) <= 1 / FileMetadata.SmallestStd) && made.Mean.Count == made.Std.Count ? made
                : throw new ArgumentException($"means {string.Join(", ", made.Mean)}, standard deviations {string.Join(", ", made.Std)}");
        }
        catch (ArgumentException e)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"The preprocessing of '{stated.Path}' is impossible: {e.Message}");
        }
    }
}
