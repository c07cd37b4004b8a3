using System.IO.Compression;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training;

/// <summary>Labelled images in memory, as bytes: 50,000 of them take 150 MB.</summary>
internal sealed class ImageSet : IDisposable
{
    /// <summary>Height and width of every image.</summary>
    public const int Side = 32;

    private const int Channels = 3;
    private static readonly string[] Extensions =
        [".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".tga", ".pbm", ".pgm", ".ppm", ".pnm"];

    /// <summary>What is trained, and what its pictures are normalised with, as Import-CamModel knows it.</summary>
    public static readonly Architecture Architecture = ArchitectureCatalog.Find("resnet20");

    private readonly Tensor _mean = ByChannel(Architecture.Preprocessing.Mean);
    private readonly Tensor _std = ByChannel(Architecture.Preprocessing.Std);

    private ImageSet(Tensor pixels, Tensor labels, IReadOnlyList<string> classes)
    {
        Pixels = pixels;
        Labels = labels;
        Classes = classes;
    }

    /// <summary>uint8, [N, 32, 32, 3].</summary>
    public Tensor Pixels { get; }

    /// <summary>int64, [N]: places in <see cref="Classes"/>.</summary>
    public Tensor Labels { get; }

    /// <summary>The names of the folders, in alphabetical order.</summary>
    public IReadOnlyList<string> Classes { get; }

    public int Count => (int)Labels.shape[0];

    /// <summary>Loads a folder, or a zip file, in which every image lies in a folder named after its class.</summary>
    /// <param name="path">The folder or zip file.</param>
    /// <param name="limit">How many images to load at most, chosen at random; null for all.</param>
    /// <param name="seed">Of that choice.</param>
    /// <exception cref="InvalidDataException">There are no images, or one cannot be decoded or is not 32 × 32.</exception>
    public static ImageSet Load(string path, int? limit = null, int seed = 0)
    {
        using ZipArchive? archive = Directory.Exists(path) ? null : ZipFile.OpenRead(path);
        List<Source> sources = [.. (archive is null ? InFolder(path) : InArchive(archive))
            .OrderBy(source => source.Name, StringComparer.Ordinal)];
        string[] classes = [.. sources.Select(source => source.Class).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
        {
            throw new InvalidDataException($"{path} has no images in folders named after two or more classes, such as cat/0001.jpg.");
        }
        if (limit < sources.Count)
        {
            var chosen = sources.ToArray();
            new Random(seed).Shuffle(chosen);
            sources = [.. chosen.Take(limit.Value)];
        }
        Tensor pixels = empty(sources.Count, Side, Side, Channels, dtype: ScalarType.Byte);
        Span<byte> memory = pixels.bytes;
        for (int i = 0; i < sources.Count; i++)
        {
            using Stream stream = sources[i].Open();
            Decode(stream, sources[i].Name).CopyTo(memory[(i * Side * Side * Channels)..]);
        }
        return new ImageSet(pixels, tensor(sources.Select(source => (long)Array.IndexOf(classes, source.Class)).ToArray()), classes);
    }

    /// <summary>What the network takes: bytes [N, 32, 32, 3] become float32 [N, 3, 32, 32] with about mean 0 and deviation 1.</summary>
    public Tensor ToInput(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return ((pixels.permute(0, 3, 1, 2).to(ScalarType.Float32) / 255 - _mean) / _std).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
        _mean.Dispose();
        _std.Dispose();
    }

    private static Tensor ByChannel(IReadOnlyList<double> values) =>
        tensor([.. values.Select(value => (float)value)]).view(1, Channels, 1, 1);

    private static IEnumerable<Source> InFolder(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        where IsImage(file)
        select new Source(file, Path.GetFileName(Path.GetDirectoryName(file)!), () => File.OpenRead(file));

    private static IEnumerable<Source> InArchive(ZipArchive archive) =>
        from entry in archive.Entries
        where IsImage(entry.FullName)
        select new Source(entry.FullName, entry.FullName.Split('/') is [.., var folder, _] ? folder : "", entry.Open);

    private static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>The pixels of an image file, red, green, blue, row by row.</summary>
    private static byte[] Decode(Stream stream, string name)
    {
        Photo photo = ImageDecoder.Decode(stream, path: name);
        return (photo.Width, photo.Height) == (Side, Side)
            ? photo.Rgb
            : throw new InvalidDataException($"{name} has {photo.Width} × {photo.Height} pixels; {Side} × {Side} are wanted.");
    }

    private sealed record Source(string Name, string Class, Func<Stream> Open);
}
