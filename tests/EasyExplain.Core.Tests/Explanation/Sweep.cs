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

    private static readonly Dictionary<string,
        int> Sides = new() { ["alexnet"] = 64, ["inception_v3"] = 80, ["vit_b_32"] = 64, ["resnet50"] = 64 };

    // They run the network, or its end, for every channel of a layer, which takes its time: one layer with few channels will do.
    private static readonly string[] PassForEachChannel = ["ScoreCAM", "SSCAM", "ISCAM", "AblationCAM"];

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
        foreach (CamLayer[] layers in stages.Select(stage => new[] { stage }).Append([.. stages]))
        {
            // What is at home at the input goes there once, and else to the layers.
            foreach (CamMethod method in MethodCatalog.All.Where(method => method.NeedsSeveralLayers == (layers.Length > 1))
                .Select(method => layers[0] == narrow ? method : method.AtLayers ?? method))
            {
                if (method.WhyNot(layers) is null && (!PassForEachChannel.Contains(method.Name) || layers[0] == narrow))
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
            new MethodSettings(SampleCount: 1, NoiseStd: 0.1, Seed: 1, BatchSize: 64));
        if (!explainer.Explain(photo, null).Single().Maps.SelectMany(map => map.ToArray().Cast<float>()).All(float.IsFinite))
        {
            throw new InvalidDataException("The map has a value that is not finite.");
        }
    }
}
