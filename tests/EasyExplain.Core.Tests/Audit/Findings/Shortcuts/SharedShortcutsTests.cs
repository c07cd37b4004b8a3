using System.IO.Compression;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>A trained ResNet-20 with a planted shortcut, and one without, with images of CIFAR-10 (the developers' folder).</summary>
public sealed class SharedShortcutsTests : IDisposable
{
    private const int Each = 150; // images a class

    private readonly string _folder = Directory.CreateTempSubdirectory("shortcuts [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedFact("shortcuts/corner.zip")]
    public void AYellowTagInACorner_IsTheFirstFinding()
    {
        CamIssue issue = Find("corner").Issues[0];
        Assert.Equal((IssueKind.Shortcut, "horse", "lower left corner"), (issue.Kind, issue.Class, issue.Where));
        using JsonDocument truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "corner", "truth.json")));
        HashSet<string> marked = [.. truth.RootElement.GetProperty("marked").EnumerateArray().Select(file => file.GetString()!)
            .Where(file => File.Exists(Path.Combine(_folder, "corner", file)))];
        int right = issue.Files.Count(marked.Contains);
        Assert.InRange((double)right / marked.Count, 0.9, 1);
        Assert.InRange((double)right / issue.Count, 0.9, 1);
        Assert.InRange(Assert.IsType<ProvedShare>(issue.Evidence["Turned"]).Value, 0.6, 1);
    }

    [SharedFact("shortcuts/clean.zip")]
    public void AModelWithoutAShortcut_IsAccusedOfNone() =>
        Assert.DoesNotContain(Find("clean").Issues, issue => issue.Kind == IssueKind.Shortcut);

    private FoundIssues Find(string name)
    {
        using (ZipArchive zip = ZipFile.OpenRead(Repository.Shared($"shortcuts/{name}.zip")))
        {
            foreach (ZipArchiveEntry entry in zip.Entries.Where(one => one.Name.Length > 0
                && !(int.TryParse(Path.GetFileNameWithoutExtension(one.Name), out int number) && number >= Each)))
            {
                string path = Path.Combine(_folder, entry.FullName);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                entry.ExtractToFile(path);
            }
        }
        string folder = Path.Combine(_folder, name);
        var options = new ModelOptions
        {
            Architecture = ModelImporter.BundledArchitecture,
            Labels = File.ReadAllLines(Path.Combine(folder, "labels.txt")),
            InputSize = [32, 32],
            Mean = [0.4914, 0.4822, 0.4465],
            Std = [0.247, 0.2435, 0.2616],
            ResizeMode = ResizeMode.Stretch,
        };
        using CamModel model = ModelImporter.Import(Path.Combine(folder, "model.safetensors"), options, _ => { });
        var explainer = new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]),
            [MethodCatalog.Find(MethodCatalog.Default)], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1));
        var root = new AuditRoot(folder);
        return new IssueFinder(new IssueThresholds(), Enum.GetValues<IssueKind>(), model: model).Find(
            Directory.GetFiles(Path.Combine(folder, "images"), "*.png", SearchOption.AllDirectories).Select(Row));

        CamAuditRow Row(string path)
        {
            string label = Path.GetFileName(Path.GetDirectoryName(path)!);
            CamExplanation explanation = explainer.Explain(ImageDecoder.Decode(path), path)[0].Expecting(label);
            return AuditRows.Of(explanation, root) with { Hash = FileHash.Of(path) };
        }
    }
}
