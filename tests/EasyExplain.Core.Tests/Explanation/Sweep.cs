using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests.Audit;

namespace EasyExplain.Tests.Explanation;

/// <summary>
/// Explains a picture by every method at every stage of a network, in a process of its own: what ends it is then known by name.
/// </summary>
internal static class Sweep
{
    // Small, so that the last stage just has more than one place; some networks take no less than what is said here.
    private const int Side = 32;
    private const int MostStages = 6;

    private static readonly Dictionary<string,
        int> Sides = new() { ["alexnet"] = 64, ["inception_v3"] = 80, ["vit_b_32"] = 64, ["resnet50"] = 64 };

    // They run the network, or its end, for every channel of a layer, which takes its time: one layer with few channels will do.
    private static readonly string[] PassForEachChannel = ["ScoreCAM", "SSCAM", "ISCAM", "AblationCAM"];

    // They are ScoreCAM's passes, each ten times and more.
    private static readonly string[] ManyRounds = ["SSCAM", "ISCAM"];
    private const int MostChannels = 128;

    // Likewise, for every place: the layer with the fewest will do. Those at the input are the same whatever the layer.
    private static readonly string[] PassForEachPlace = ["ReciproCAM", "ViTReciproCAM"];

    private static IEnumerable<CamMethod> EveryMethod => MethodCatalog.All.SelectMany<CamMethod, CamMethod>(method =>
        method.AtLayers is { } atLayers ? [method, atLayers] : [method]);

    private static int Main(string[] arguments)
    {
        if (arguments is [AuditCrashTests.Argument, var file])
        {
            AuditCrashTests.WriteForEver(file);
        }
        if (arguments is not [var architecture])
        {
            Console.Error.WriteLine("These are tests: dotnet test runs them. As a program, it takes the name of an architecture.");
            return 64;
        }
        using CamModel model = GoldenModels.Build(architecture, Sides.GetValueOrDefault(architecture, Side));
        Photo photo = GoldenModels.Pattern(model);
        IReadOnlyList<CamLayer> stages = LayerSelection.Stages(model);
        Explain(model, photo, stages);
        Console.WriteLine("done");
        return 0;
    }

    private static void Explain(CamModel model, Photo photo, IReadOnlyList<CamLayer> stages)
    {
        CamLayer narrow = stages.MinBy(stage => stage.OutputShape[1])!;
        CamLayer small = stages.MinBy(stage => stage.GridSize.Height * stage.GridSize.Width)!;
        // Of a dozen blocks that are all alike, these will do.
        IEnumerable<CamLayer> some = stages.Count <= MostStages ? stages : [stages[0], narrow, small, stages[stages.Count / 2], stages[^1]];
        foreach (CamLayer[] layers in some.Distinct().Select(stage => new[] { stage }).Append([.. stages]))
        {
            foreach (CamMethod method in EveryMethod.Where(method => method.NeedsSeveralLayers == (layers.Length > 1)))
            {
                if (method.WhyNot(layers) is null && (!PassForEachChannel.Contains(method.Name) || layers[0] == narrow)
                    && (!ManyRounds.Contains(method.Name) || narrow.OutputShape[1] <= MostChannels)
                    && (!(method.AtInput || PassForEachPlace.Contains(method.Name)) || layers[0] == small))
                {
                    Console.WriteLine($"{method.Name} at {string.Join(", ", layers.AsEnumerable())}");
                    Explain(model, photo, layers, method);
                }
            }
        }
    }

    private static void Explain(CamModel model, Photo photo, CamLayer[] layers, CamMethod method)
    {
        var explainer = new Explainer(model, layers, [method], ClassChoice.Predicted,
            new MethodSettings(SampleCount: 1, NoiseStd: 0.1, Seed: 1, BatchSize: 64)
            {
                Window = (model.InputSize[0] / 2, model.InputSize[1] / 2),
                Stride = (model.InputSize[0] / 2, model.InputSize[1] / 2),
            });
        if (!explainer.Explain(photo, null).Single().Maps.SelectMany(map => map.ToArray().Cast<float>()).All(float.IsFinite))
        {
            throw new InvalidDataException("The map has a value that is not finite.");
        }
    }
}
