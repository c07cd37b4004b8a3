using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>
/// The folder in which PyTorch keeps the weight files it has downloaded. What Python has fetched is used; what is missing is fetched
/// to where Python looks for it. libtorch is not needed.
/// </summary>
public sealed class WeightsCache
{
    /// <summary>The environment variable that names another server than PyTorch's, such as a mirror.</summary>
    public const string SourceVariable = "EASYEXPLAIN_WEIGHTS_URL";

    private const string PyTorchs = "https://download.pytorch.org/models/";
    private const int FewestHashDigits = 8;

    /// <summary>A cache in a folder of one's own.</summary>
    /// <param name="folder">The folder; it is made when something is downloaded.</param>
    /// <param name="source">Under which address the files lie, http or https.</param>
    public WeightsCache(string folder, Uri source) =>
        (Folder, Source) = (Path.GetFullPath(folder), source.AbsolutePath.EndsWith('/') ? source : new Uri(source.AbsoluteUri + "/"));

    /// <summary>
    /// PyTorch's own folder, as torch.hub finds it, and PyTorch's server or the one that <see cref="SourceVariable"/> names.
    /// </summary>
    /// <exception cref="WeightsDownloadException">The variable does not hold an address.</exception>
    public static WeightsCache OfPyTorch
    {
        get
        {
            string source = Environment.GetEnvironmentVariable(SourceVariable) is { Length: > 0 } mirror ? mirror : PyTorchs;
            return Uri.TryCreate(source, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                ? new WeightsCache(FolderOfPyTorch(Environment.GetEnvironmentVariable), address)
                : throw new WeightsDownloadException(WeightsDownloadFault.DownloadFailed,
                    $"The environment variable {SourceVariable} is '{source}'; it must be an address that begins with http:// or " +
                    $"https://.");
        }
    }

    /// <summary>Where the files lie, as a full path.</summary>
    public string Folder { get; }

    /// <summary>Where missing files are fetched.</summary>
    public Uri Source { get; }

    /// <summary>What a server may do.</summary>
    internal DownloadLimits Limits { get; init; } = new();

    /// <summary>The path of a weight file: in a given folder, in the cache, or fetched into the cache.</summary>
    /// <param name="fileNames">
    /// The file's name, which ends in the first digits of its SHA-256, and other names under which it may be here.
    /// </param>
    /// <param name="folder">A folder to look in first, or null.</param>
    /// <param name="explain">Told where the file comes from, in a sentence.</param>
    /// <param name="progress">Told the bytes fetched so far, and of how many where the server says; on the calling thread.</param>
    /// <param name="cancel">Ends a download; nothing of it stays.</param>
    /// <returns>A full path. As in PyTorch, a file that is there already is taken for what its name says.</returns>
    /// <exception cref="ArgumentException">The file's name has no hash, or is no plain name.</exception>
    /// <exception cref="WeightsDownloadException">The file is not here and could not be fetched.</exception>
    /// <exception cref="WeightFileException">The file is here, but empty.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    public string Get(
        IReadOnlyList<string> fileNames, string? folder = null,
        Action<string>? explain = null, Action<long, long?>? progress = null, CancellationToken cancel = default)
    {
        string hash = HashIn(fileNames[0]);
        string[] folders = folder is null ? [Folder] : [Path.GetFullPath(folder), Folder];
        string? found = folders.SelectMany(_ => fileNames, Path.Combine).FirstOrDefault(File.Exists);
        if (found is not null)
        {
            explain?.Invoke($"Found '{found}'.");
            return new FileInfo(found).Length > 0 ? found : throw new WeightFileException(found,
                "The file is empty, as a download that went wrong leaves it. Delete it, and it is downloaded again.");
        }
        string target = Path.Combine(Folder, fileNames[0]);
        var address = new Uri(Source, Uri.EscapeDataString(fileNames[0]));
        explain?.Invoke($"'{fileNames[0]}' is not in {string.Join(" or ", folders)}; downloading {address}.");
        try
        {
            Directory.CreateDirectory(Folder);
            WholeFile.Write(target, overwrite: false, file => Download.Verified(address, file, hash, Limits, progress, cancel));
        }
        catch (Exception e) when (File.Exists(target) && e is not OperationCanceledException)
        {
            explain?.Invoke("Meanwhile another process has downloaded it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or WeightsDownloadException)
        {
            throw new WeightsDownloadException(
                (e as WeightsDownloadException)?.Fault ?? WeightsDownloadFault.DownloadFailed,
                $"'{fileNames[0]}' is not on this machine, and downloading it failed: {e.Message.TrimEnd('.')}. " +
                $"Fetch {address} in another way and put it at '{target}'. Looked in: {string.Join(", ", folders)}.", e);
        }
        return target;
    }

    /// <summary>
    /// $TORCH_HOME/hub/checkpoints, or else $XDG_CACHE_HOME/torch/hub/checkpoints, or else ~/.cache/torch/hub/checkpoints.
    /// </summary>
    internal static string FolderOfPyTorch(Func<string, string?> environment)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string torch = environment("TORCH_HOME") is { Length: > 0 } chosen ? chosen
            : Path.Combine(environment("XDG_CACHE_HOME") is { Length: > 0 } caches ? caches : Path.Combine("~", ".cache"), "torch");
        bool atHome = torch is "~" or ['~', '/', ..] || torch.StartsWith("~" + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return Path.GetFullPath(Path.Combine(atHome ? home + torch[1..] : torch, "hub", "checkpoints"));
    }

    private static string HashIn(string fileName)
    {
        string stem = Path.GetFileNameWithoutExtension(fileName);
        string digits = stem[(stem.LastIndexOf('-') + 1)..];
        return fileName == Path.GetFileName(fileName) && digits.Length >= FewestHashDigits && digits.All(char.IsAsciiHexDigitLower)
            ? digits
            : throw new ArgumentException($"'{fileName}' is not a file name that ends in a hash, such as resnet18-f37072fd.pth.",
            nameof(fileName));
    }
}
