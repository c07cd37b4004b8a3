using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EasyExplain.Detectors;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>
/// What is asked about every photo of a run. With the photo it decides what the explanations are, so that a later run which asks the same
/// need not explain that photo again.
/// </summary>
/// <param name="Model">The model, with its preprocessing and its labels.</param>
/// <param name="Layers">Its layers, in the order asked.</param>
/// <param name="Methods">The methods, in the order asked.</param>
/// <param name="Classes">The classes as they were named; null where none was.</param>
/// <param name="Top">How many of the most probable classes; null where nobody asked so.</param>
/// <param name="Settings">What the methods heed; the seed decides something only if it was given, the batch size nothing.</param>
/// <param name="SeedIsGiven">Whether the seed was given, and not drawn.</param>
/// <param name="Smoothing">What makes the maps less noisy.</param>
/// <param name="Found">
/// Of a detector or a segmenter, what else is asked about what it finds (see <see cref="ClassChoice"/>); null of a classifier.
/// </param>
internal sealed record Choices(
    CamModel Model, IReadOnlyList<CamLayer> Layers, IReadOnlyList<CamMethod> Methods, IReadOnlyList<string>? Classes, int? Top,
    MethodSettings Settings, bool SeedIsGiven, Smoothing Smoothing, ClassChoice? Found = null)
{
    // What stood in the text before each method had its own: with another number every audit would begin anew.
    private const int UsualSamples = 4;

    /// <summary>All of it, a line each; pictures are recognised by its hash: with another line every audit begins anew.</summary>
    /// <remarks>Made once, for the model's file may be replaced while it runs.</remarks>
    internal string Text { get; } = string.Join('\n', [Model.Path, .. Asked(Model, Layers, Methods, Classes, Top, Settings, Smoothing),
        Model.Path.Length > 0 ? File.GetLastWriteTimeUtc(Model.Path).Ticks : Model.Name, .. Seeded(Methods, Settings, SeedIsGiven),
        .. Sampled(Methods, Settings), .. Windowed(Methods, Settings), .. Relevant(Methods, Settings), .. Located(Model, Found)]);

    /// <summary>
    /// Sixteen digits that stand for what is asked, whatever the photo and wherever the model's file lies: an audit file holds one answer
    /// of a model to it for each photo.
    /// </summary>
    internal string Question { get; } = Hash(string.Join('\n',
        [.. Asked(Model, Layers, Methods, Classes, Top, Settings, Smoothing), .. Seeded(Methods, Settings, SeedIsGiven),
            .. Sampled(Methods, Settings), .. Windowed(Methods, Settings), .. Relevant(Methods, Settings), .. Located(Model, Found)]));

    /// <summary>The same, when its model has come to compute in other numbers.</summary>
    public Choices Anew() => new(Model, Layers, Methods, Classes, Top, Settings, SeedIsGiven, Smoothing, Found);

    /// <summary>
    /// Sixteen digits that stand for a photo as it is on the disk now, and for the choices; folders' names cannot be read out of them.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public string IdOf(string photo)
    {
        var file = PhotoFile.At(photo);
        return Hash(string.Create(CultureInfo.InvariantCulture,
            $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{Text}"));
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private static object?[] Asked(CamModel model, IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods,
        IReadOnlyList<string>? classes, int? top, MethodSettings settings, Smoothing smoothing) => [
        .. model.InputSize, model.ResizeMode, model.ResizeSize, model.Interpolation,
        .. model.Mean.Concat(model.Std).Select(number => number.ToString(CultureInfo.InvariantCulture)), model.ChannelOrder,
        .. model.Bands.Select(band => (object?)$"band {band}"),
        model.Computes, .. model.CalibrationId is { } pictures ? new object?[] { pictures } : [], model.Activation, model.Output,
        string.Join('\t', model.Labels), .. layers,
        .. methods.Select(method => method.Name),
        "class", .. classes ?? [], "top", top, settings.SampleCount ?? UsualSamples,
        settings.NoiseStd.ToString(CultureInfo.InvariantCulture), smoothing];

    private static object?[] Seeded(IReadOnlyList<CamMethod> methods, MethodSettings settings, bool seedIsGiven) =>
        seedIsGiven && methods.Any(method => method.DrawsNoise) ? ["seed", settings.Seed] : [];

    // Of a method that usually takes another number, the usual one in the text says nothing.
    private static object?[] Sampled(IReadOnlyList<CamMethod> methods, MethodSettings settings) =>
        settings.SampleCount is { } count && methods.Any(method => method.TakesSamples && method.UsualSamples != UsualSamples)
            ? ["samples", count] : [];

    private static IEnumerable<object?> Windowed(IReadOnlyList<CamMethod> methods, MethodSettings settings) =>
        !methods.Any(method => method.SlidesWindow) ? [] :
        [
            .. settings.Window is { } window ? ["window", window.Height, window.Width] : (object?[])[],
            .. settings.Stride is { } stride ? ["stride", stride.Height, stride.Width] : (object?[])[],
            .. settings.Baseline != 0 ? ["baseline", settings.Baseline.ToString(CultureInfo.InvariantCulture)] : (object?[])[],
        ];

    // A classifier finds nothing at places: its text stays what it was.
    private static IEnumerable<object?> Located(CamModel model, ClassChoice? found) => found is null || model.Task == CamTask.Classify
        ? [] :
    [
        model.Task, .. found.Numbers is { } numbers ? numbers.Select(number => (object?)$"detection {number}") : [],
        .. found.Detections == new DetectionSettings() ? [] : new object?[] { $"{found.Detections}" },
        .. found.Side is { } side ? new object?[] { "side", side } : [],
        .. found.Region is { } region ? new object?[] { "region", $"{region}" } : [],
    ];

    private static object?[] Relevant(IReadOnlyList<CamMethod> methods, MethodSettings settings) =>
    [
        .. !methods.Any(method => method.UsesRelevance) ? Array.Empty<object?>()
            : ["relevance", settings.Relevance.Composite, .. new[] { settings.Relevance.Epsilon, settings.Relevance.Gamma }
                .Select(number => number.ToString(CultureInfo.InvariantCulture))],
        // Where it is at layers has the same name and, at the default layer, the same layer as where it is at home.
        .. methods.Any(method => MethodCatalog.All.Any(home => home.AtLayers == method)) ? new object?[] { "at layers" } : [],
    ];
}
