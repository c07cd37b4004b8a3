using System.Globalization;
using System.Reflection;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Runtime;

namespace EasyExplain.Models;

/// <summary>
/// Trained weights that torchvision publishes under a name: which file they are, and the preprocessing their accuracy was measured with.
/// NamedWeights.tsv beside this file is the table of all of them.
/// </summary>
public sealed record NamedWeights
{
    /// <summary>Stands for the weights that torchvision recommends.</summary>
    public const string Default = "Default";

    private const string EnumerationEnd = "_Weights";

    // Read when first asked for: architectures take their preprocessing from here, so this must not ask for them.
    private static readonly Lazy<IReadOnlyList<NamedWeights>> Table = new(Read);

    private NamedWeights(string[] columns)
    {
        int crop = int.Parse(columns[3], CultureInfo.InvariantCulture);
        FullName = columns[0];
        Name = FullName[(FullName.IndexOf('.', StringComparison.Ordinal) + 1)..];
        Architecture = FullName[..FullName.IndexOf(EnumerationEnd, StringComparison.Ordinal)].ToLowerInvariant();
        IsDefault = columns[1] == "default";
        Preprocessing = new Preprocessing(crop, crop, Numbers(columns[6]), Numbers(columns[7]), ResizeMode.Stretch)
        {
            ResizeSize = int.Parse(columns[4], CultureInfo.InvariantCulture),
            Interpolation = Enum.Parse<Interpolation>(columns[5], ignoreCase: true),
        };
        FileNames = columns[8] == "-" ? [columns[2]] : [columns[2], .. columns[8].Split(',')];
    }

    /// <summary>Every one, architecture by architecture.</summary>
    public static IReadOnlyList<NamedWeights> All => Table.Value;

    /// <summary>torchvision's name of the architecture, such as <c>resnet50</c>.</summary>
    public string Architecture { get; }

    /// <summary>torchvision's name of the weights, such as <c>IMAGENET1K_V2</c>.</summary>
    public string Name { get; }

    /// <summary>Both, as torchvision writes them: <c>ResNet50_Weights.IMAGENET1K_V2</c>.</summary>
    public string FullName { get; }

    /// <summary>Whether these are the ones torchvision recommends for the architecture.</summary>
    public bool IsDefault { get; }

    /// <summary>
    /// The file's name, which ends in the first digits of its SHA-256; after it those under which older versions of torchvision
    /// downloaded the same weights.
    /// </summary>
    public IReadOnlyList<string> FileNames { get; }

    /// <summary>
    /// Input size, resize size, interpolation, mean and standard deviation; the whole photo is shown, which torchvision crops.
    /// </summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>All weights of an architecture; none for one that is not torchvision's.</summary>
    public static IReadOnlyList<NamedWeights> Of(string architecture) =>
        [.. All.Where(weights => weights.Architecture.Equals(architecture, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The weights whose file has this name today or once had it; null for any other file.</summary>
    public static NamedWeights? OfFile(string fileName) => All.FirstOrDefault(weights => weights.FileNames.Contains(fileName));

    /// <summary>The weights of a name; case does not matter.</summary>
    /// <param name="architecture">torchvision's name; null where <paramref name="name"/> says it.</param>
    /// <param name="name">
    /// <see cref="Default"/>, a name such as <c>IMAGENET1K_V1</c>, or torchvision's full one, such as <c>ResNet50_Weights.DEFAULT</c>.
    /// </param>
    /// <exception cref="ModelImportException">There are none; the message names near ones.</exception>
    public static NamedWeights Find(string? architecture, string name)
    {
        string[] parts = name.Split('.');
        string? named = parts is [var enumeration, _] && enumeration.EndsWith(EnumerationEnd, StringComparison.OrdinalIgnoreCase)
            ? enumeration[..^EnumerationEnd.Length]
            : null;
        if (named is not null && architecture is not null && !named.Equals(architecture, StringComparison.OrdinalIgnoreCase))
        {
            throw Unknown($"The weights '{name}' are those of {named.ToLowerInvariant()}, not of {architecture}.");
        }
        string wanted = named ?? architecture ?? throw WithoutArchitecture(name);
        string known = ArchitectureCatalog.Find(wanted).Name;
        NamedWeights[] candidates = [.. Of(known)];
        if (candidates.Length == 0)
        {
            throw Unknown($"torchvision has no weights for {known}: give a weight file.");
        }
        string last = named is null ? name : parts[1];
        return candidates.FirstOrDefault(weights => weights.Name.Equals(last, StringComparison.OrdinalIgnoreCase)
                || (weights.IsDefault && last.Equals(Default, StringComparison.OrdinalIgnoreCase)))
            ?? throw Unknown($"{known} has no weights '{last}'. Known: " +
            $"{string.Join(", ", candidates.Select(weights => weights.Name).Prepend(Default))}.");
    }

    /// <inheritdoc/>
    public override string ToString() => FullName;

    /// <summary>
    /// What to say of a name that does not say whose weights they are: torchvision has it for some architectures, or none.
    /// </summary>
    private static ModelImportException WithoutArchitecture(string name)
    {
        string[] names = [.. All.Select(weights => weights.Name).Distinct()];
        if (names.Append(Default).Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return Unknown($"Whose weights '{name}' are is not said. " +
                $"Give the architecture too, or torchvision's full name, such as ResNet50_Weights.{name}.");
        }
        if (Of(name).Count > 0)
        {
            return Unknown($"'{name}' is an architecture, not the name of weights.", Remedy.NameArchitectureOfWeights, Default);
        }
        string[] near = [.. NearNames.Of(name, names.Concat(All.Select(weights => weights.FullName)))];
        return Unknown($"There are no weights '{name}'. {(near.Length > 0 ? $"Near: {string.Join(", ", near)}. " : "")}" +
            "Weights are named as torchvision does: Default or IMAGENET1K_V1 beside an architecture, or in full " +
            "ResNet50_Weights.IMAGENET1K_V1.", Remedy.NameFile);
    }

    private static ModelImportException Unknown(string message, Remedy remedy = Remedy.None, string? about = null) =>
        new(ModelFault.UnknownWeights, message) { Remedy = remedy, About = about };

    private static IReadOnlyList<double> Numbers(string text) =>
        [.. text.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private static List<NamedWeights> Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("NamedWeights.tsv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(line => !line.StartsWith('#'))
                .Select(line => new NamedWeights(line.Split('\t'))),
        ];
    }
}
