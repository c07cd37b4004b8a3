namespace EasyExplain.Weights;

/// <summary>How torch.export.save has laid out an archive: each few versions of PyTorch in another way.</summary>
/// <param name="Folder">What everything is in, with its slash; may be empty.</param>
/// <param name="Models">The names of the models in it.</param>
/// <param name="Outdated">Who wrote it, where its weights are in pickles or its layout is another; null for today's.</param>
internal sealed record ExportedLayout(string Folder, IReadOnlyList<string> Models, string? Outdated)
{
    private const string Format = "archive_format";
    private const string OldProgram = "serialized_exported_program.json";
    private const string ModelFolder = "models/";
    private const string Json = ".json";

    /// <summary>The layout, as the names of an archive's members tell it; null where torch.export has not written it.</summary>
    public static ExportedLayout? Of(IReadOnlyCollection<string> names)
    {
        if (FolderOf(names, OldProgram) is { } old)
        {
            return new ExportedLayout(old, [], "PyTorch 2.7 or older");
        }
        if (FolderOf(names, Format) is not { } folder)
        {
            return null;
        }
        string[] models = [.. names.Where(name => name.StartsWith(folder + ModelFolder, StringComparison.Ordinal)
            && name.EndsWith(Json, StringComparison.Ordinal))
            .Select(name => name[(folder + ModelFolder).Length..^Json.Length]).Order(StringComparer.Ordinal)];
        bool isOutdated = models.Length > 0 && names.All(name => !name.EndsWith("_weights_config.json", StringComparison.Ordinal));
        return new ExportedLayout(folder, models, isOutdated ? "PyTorch 2.8" : null);
    }

    private static string? FolderOf(IEnumerable<string> names, string member) =>
        names.FirstOrDefault(name => name == member || name.EndsWith("/" + member, StringComparison.Ordinal)) is { } found
            ? found[..^member.Length] : null;
}
