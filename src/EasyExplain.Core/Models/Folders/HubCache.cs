namespace EasyExplain.Models.Folders;

/// <summary>
/// The folder in which Python's huggingface_hub keeps what it has downloaded: models--org--name, with the files of a revision in
/// snapshots/HASH, which are links to blobs/, and in refs/ the hash of each branch. Nothing is ever downloaded here.
/// </summary>
/// <param name="folder">The folder.</param>
internal sealed class HubCache(string folder)
{
    /// <summary>The revision that is meant where none is named.</summary>
    public const string MainRevision = "main";

    private const string Prefix = "hf:";
    private const string Models = "models--";
    private const string Snapshots = "snapshots";
    private const string Refs = "refs";
    private const int LongestHash = 200;
    private const int ExamplesShown = 5;

    /// <summary>The cache that Python uses on this machine, see <see cref="FolderOfPython"/>.</summary>
    public static HubCache OfPython => new(FolderOfPython(Environment.GetEnvironmentVariable));

    /// <summary>Whether a path is a name on the Hub, <c>hf:org/name</c>.</summary>
    public static bool IsName(string path) => path.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The snapshot of <c>hf:org/name</c>, or of <c>hf:org/name@revision</c>.</summary>
    /// <exception cref="ModelImportException">It is not there; the message says where it was looked for.</exception>
    public string Find(string name)
    {
        string[] parts = name[Prefix.Length..].Split('@', 2);
        string[] words = parts[0].Split('/');
        if (words.Length is 0 or > 2 || words.Any(word => !IsPlain(word)) || (parts.Length == 2 && !IsRevision(parts[1])))
        {
            throw NotFound($"'{name}' is no name on the Hugging Face Hub: write {Prefix}org/name, such as {Prefix}timm/resnet18.a1_in1k.");
        }
        string repository = Path.Combine(folder, Models + string.Join("--", words));
        if (!Directory.Exists(repository))
        {
            string[] here = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder, Models + "*")
                .Select(path => Path.GetFileName(path)[Models.Length..].Replace("--", "/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)] : [];
            throw NotFound($"'{name}' is not on this machine: looked for '{repository}'. " +
                (here.Length > 0 ? $"There: {NearNames.Hint(parts[0], here)} " : "") +
                "Nothing is downloaded: fetch it with Python's 'hf download', or name a folder that holds its config.json and weights.");
        }
        return Snapshot(repository, parts.Length == 2 ? parts[1] : MainRevision);
    }

    /// <summary>Whether a folder is a repository of a cache.</summary>
    public static bool IsRepository(string path) => Path.GetFileName(path).StartsWith(Models, StringComparison.Ordinal)
        && Directory.Exists(Path.Combine(path, Snapshots));

    /// <summary>The repository whose snapshot a folder is, and the name of its model; null where it is none.</summary>
    public static (string Path, string Name)? RepositoryOf(string snapshot) =>
        Path.GetDirectoryName(snapshot) is { } snapshots && Path.GetFileName(snapshots) == Snapshots
        && Path.GetDirectoryName(snapshots) is { } repository && IsRepository(repository)
            ? (repository, Path.GetFileName(repository)[Models.Length..].Split("--")[^1]) : null;

    /// <summary>The folder of a revision in a repository of a cache.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revision">A branch, a tag or a commit's hash.</param>
    /// <exception cref="ModelImportException">It is not there.</exception>
    public static string Snapshot(string repository, string revision)
    {
        string reference = Path.Combine(repository, Refs, revision);
        string hash = File.Exists(reference) && new FileInfo(reference).Length <= LongestHash
            ? File.ReadAllText(reference).Trim() : revision;
        string all = Path.Combine(repository, Snapshots), snapshot = Path.Combine(all, hash);
        string[] here = [.. Directory.EnumerateDirectories(all).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        // A commit may be cached without its branch, as when it was asked for by its hash.
        return here.Contains(hash) ? snapshot
            : revision == MainRevision && here.Length == 1 ? Path.Combine(all, here[0])
            : throw NotFound($"'{repository}' has no snapshot of '{revision}'. " + (here.Length == 0 ? "It has none at all."
                : $"Name one of these folders in '{all}': {string.Join(", ", here.Take(ExamplesShown))}."));
    }

    /// <summary>
    /// HF_HUB_CACHE, or else hub in HF_HOME, or else in $XDG_CACHE_HOME/huggingface, or else in ~/.cache/huggingface.
    /// </summary>
    internal static string FolderOfPython(Func<string, string?> environment)
    {
        string cache = Given("XDG_CACHE_HOME") ?? Path.Combine("~", ".cache");
        string home = Given("HF_HOME") ?? Path.Combine(cache, "huggingface");
        string hub = Given("HF_HUB_CACHE") ?? Given("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub");
        bool atHome = hub == "~" || hub.StartsWith("~/", StringComparison.Ordinal) || hub.StartsWith(@"~\", StringComparison.Ordinal);
        return Path.GetFullPath(atHome ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + hub[1..] : hub);

        string? Given(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    private static bool IsPlain(string word) => word is not ("" or "." or "..") && !word.Contains("--", StringComparison.Ordinal)
        && word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static bool IsRevision(string text) => text.Length > 0 && text.Split('/').All(IsPlain);

    private static ModelImportException NotFound(string message) => new(ModelFault.FolderNotFound, message);
}
