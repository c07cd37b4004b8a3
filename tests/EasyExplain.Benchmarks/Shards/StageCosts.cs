using System.IO.Hashing;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks.Shards;

/// <summary>The parts of what an image costs, in seconds of processor time, as the engine has them.</summary>
/// <param name="Hash">Reading the file, and its hash for the row.</param>
/// <param name="Decode">From the file to pixels.</param>
/// <param name="Preprocess">To the network's input.</param>
/// <param name="Network">The way forward.</param>
/// <param name="Map">The rest of the explanation: the way back, the map, the prediction.</param>
/// <param name="Row">Into the audit file.</param>
/// <param name="Picture">Drawn, encoded, and written.</param>
internal sealed record StageCosts(double Hash, double Decode, double Preprocess, double Network, double Map, double Row, double Picture)
{
    /// <summary>All of them.</summary>
    public double Sum => Hash + Decode + Preprocess + Network + Map + Row + Picture;

    /// <summary>Measures them, with LayerCAM at the model's default layer, as scheduled-audit.ps1 does without more parameters.</summary>
    public static StageCosts Measure(CamModel model, string photo, string folder)
    {
        var explainer = new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), [LayerCAM.Method],
            ClassChoice.Predicted, new MethodSettings(null, 0, 0, 16));
        Photo decoded = CamPicture.Decode(photo, model);
        CamExplanation explanation = explainer.Explain(decoded, photo)[0];
        using Tensor input = model.Preprocessing.ToInput(decoded);
        Network network = model.Optimized(new HashSet<string> { model.DefaultLayer });
        Node[] taps = [network.Find(model.DefaultLayer)!.Node];
        var picture = new CamPicture(0.5, null, 0.5, CamPicture.UsualMaxSize);

        double hash = ProcessorTime.Of(() => XxHash128.Hash(File.ReadAllBytes(photo)));
        double decode = ProcessorTime.Of(() => CamPicture.Decode(photo, model));
        double preprocess = ProcessorTime.Of(() => model.Preprocessing.ToInput(decoded).Dispose());
        double forward = ProcessorTime.Of(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            model.Runner.Run(network, input, taps, track: false);
        });
        double explained = ProcessorTime.Of(() => explainer.Explain(decoded, photo));
        double row, drawn = ProcessorTime.Of(() => ImageEncoder.Save(picture.Draw(explanation, OverlayStyle.Overlay),
            Path.Combine(folder, "picture.png"), ImageFormat.Png));
        using (var writer = new AuditWriter(Path.Combine(folder, "rows.db"), folder))
        {
            CamAuditRow one = AuditRows.Of(explanation, new AuditRoot(folder));
            int number = 0;
            row = ProcessorTime.Of(() => writer.Add(one with { Path = Path.Combine(folder, $"{++number}.jpg") }, $"{number:X16}", 0, 1));
        }
        return new StageCosts(hash, decode, preprocess, forward, Math.Max(0, explained - preprocess - forward), row,
            drawn);
    }
}
