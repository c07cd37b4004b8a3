namespace EasyExplain.Models.Folders;

/// <summary>
/// A folder as timm and transformers save a model, and as the Hugging Face Hub has it: config.json says what the network is, and the
/// weights lie beside it.
/// </summary>
/// <param name="Path">The folder, as a full path.</param>
/// <param name="Name">What the model is called: the folder's name, or in the Hub's cache the repository's.</param>
internal sealed record ModelFolder(string Path, string Name)
{
    private const string ConfigName = "config.json";

    /// <summary>The file that says what the network is.</summary>
    public string ConfigPath => In(ConfigName);

    /// <summary>
    /// The folder that a path means: itself, what <c>hf:org/name</c> stands for, or the one of a weight file that is called as there.
    /// </summary>
    /// <param name="path">What the user named.</param>
    /// <returns>Null where it is none.</returns>
    /// <exception cref="ModelImportException">The Hub's cache does not have it.</exception>
    public static ModelFolder? Find(string path)
    {
        if (HubCache.IsName(path))
        {
            return Of(HubCache.OfPython.Find(path));
        }
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (Directory.Exists(full))
        {
            return Of(HubCache.IsRepository(full) ? HubCache.Snapshot(full, HubCache.MainRevision) : full);
        }
        return FolderWeights.IsOne(full) && File.Exists(full) && Of(System.IO.Path.GetDirectoryName(full)!) is { } folder
            && folder.DescribesNetwork ? folder : null;
    }

    /// <summary>Whether config.json is of timm or transformers; a file of weights may lie beside one of something else.</summary>
    private bool DescribesNetwork
    {
        get
        {
            try
            {
                return FolderNetwork.IsDescribedBy(ReadConfig());
            }
            catch (ModelImportException)
            {
                return false;
            }
        }
    }

    /// <summary>The path of a file in it, be it there or not.</summary>
    /// <param name="name">The file's name, without folders.</param>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A JSON file in it; null where there is none.</summary>
    public ConfigValues? Read(string name) => File.Exists(In(name)) ? FolderJson.Read(FolderLinks.Demand(this, name)) : null;

    /// <summary>What config.json says.</summary>
    public ConfigValues ReadConfig() => Read(ConfigName)!;

    private static ModelFolder? Of(string folder) => File.Exists(System.IO.Path.Combine(folder, ConfigName))
        ? new ModelFolder(folder, HubCache.RepositoryOf(folder)?.Name ?? System.IO.Path.GetFileName(folder)) : null;
}
