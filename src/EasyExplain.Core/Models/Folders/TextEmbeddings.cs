using EasyExplain.Weights;

namespace EasyExplain.Models.Folders;

/// <summary>
/// The classes of a model that compares pictures with texts, such as CLIP: it has none of its own, and takes the embeddings of the texts
/// that a user has chosen, a row each, from a file in its folder.
/// </summary>
internal static class TextEmbeddings
{
    /// <summary>What the tensor is called among the model's.</summary>
    public const string TensorName = "text_embeddings.weight";

    private static readonly string[] FileNames = ["text_embeddings.safetensors", "text_embeddings.pt", "text_embeddings.pth"];

    /// <summary>Opens the file.</summary>
    /// <exception cref="ModelImportException">There is none; the message says what it must hold.</exception>
    /// <exception cref="WeightFileException">It is no weight file, or broken.</exception>
    public static WeightFile Open(ModelFolder folder, Action<string> explain)
    {
        string name = FileNames.FirstOrDefault(name => File.Exists(folder.In(name)))
            ?? throw new ModelImportException(ModelFault.WeightsMissing,
                $"'{folder.Path}' compares images with texts, and has no classes of its own. Put {FileNames[0]} into it, one tensor with " +
                $"a row for each text, as the text encoder makes them (transformers: get_text_features), and labels.txt with the texts, " +
                $"a line each.");
        explain($"The classes are the texts of '{folder.In(name)}'.");
        return WeightFile.Open(FolderLinks.Demand(folder, name));
    }

    /// <summary>Its tensor.</summary>
    /// <exception cref="ModelImportException">It does not hold one, with rows and columns.</exception>
    public static WeightEntry EntryOf(WeightFile file) => file.Entries is [{ Shape: [> 0, > 0] } one] ? one with { Name = TensorName }
        : throw new ModelImportException(ModelFault.WeightsDoNotFit,
            $"'{file.Path}' must hold one tensor, [texts, width], not {file.Entries.Count}" +
            $"{(file.Entries is [var other] ? $" of shape [{string.Join(", ", other.Shape)}]" : "")}.");
}
