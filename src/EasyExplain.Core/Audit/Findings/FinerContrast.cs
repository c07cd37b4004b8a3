using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.Audit.Findings;

/// <summary>
/// Asks a model what tells two classes apart in images that it takes for the wrong one: FinerCAM of the one against the other.
/// </summary>
/// <param name="model">The model that explained the images, by its labels.</param>
internal sealed class FinerContrast(CamModel model)
{
    private const int Asked = 16; // images a pair

    /// <summary>How many images it would have asked about that are gone, or have changed since.</summary>
    public int Missing { get; private set; }

    /// <summary>The mean map of what spoke for the predicted class and against the expected one.</summary>
    /// <param name="layers">The audit's layers; the last is looked at.</param>
    /// <param name="members">Images, the clearest first. Those that are gone or have changed since are passed over.</param>
    /// <param name="cancel">Stops it within an image.</param>
    /// <returns>The map and of how many images it is; null where none can be asked.</returns>
    /// <exception cref="SelectionException">The model lacks the layer.</exception>
    public (HeatTable Heat, int Images)? Of(IReadOnlyList<string> layers, IEnumerable<CamAuditRow> members, CancellationToken cancel)
    {
        CamLayer[] layer = [LayerSelection.Select(model, [layers[^1]])[0]];
        var explained = new List<CamAuditRow>();
        var explainers = new Dictionary<int, Explainer>(); // by the predicted class
        foreach (CamAuditRow row in members.Where(IsUnchanged).Take(Asked))
        {
            cancel.ThrowIfCancellationRequested();
            if (!explainers.TryGetValue(row.PredictedClass, out Explainer? explainer))
            {
                ClassChoice both = ClassChoice.Of(model, NameOf(row.PredictedClass), NameOf(row.ExpectedClass));
                explainer = new Explainer(model, layer, [FinerCAM.Method], both, new MethodSettings(1, 0, 0, 1));
                explainers.Add(row.PredictedClass, explainer);
            }
            try
            {
                CamMap map = explainer.Explain(ImageDecoder.Decode(row.Path), row.Path, cancel)[0].Maps[0];
                explained.Add(row with { StoredMaps = [StoredMap.Of(map)] });
            }
            catch (Exception e) when (e is ImageFileException or IOException or UnauthorizedAccessException or InvalidDataException
                or ComputeException)
            {
                // One image of several is no loss.
            }
        }
        return explained.Count > 0 ? (HeatTable.Of(explained), explained.Count) : null;
    }

    /// <summary>One for rows of a model; null where there is no model to ask, or one of other classes, or not of whole pictures.</summary>
    public static FinerContrast? For(AuditedModel audited, CamModel? model) =>
        model is { Task: CamTask.Classify } && Fits(audited, model) ? new FinerContrast(model) : null;

    /// <summary>Whether a model knows the same classes.</summary>
    public static bool Fits(AuditedModel audited, CamModel model) =>
        audited.Labels.SequenceEqual(Enumerable.Range(0, model.ClassCount).Select(model.LabelOf), StringComparer.Ordinal);

    private bool IsUnchanged(CamAuditRow row)
    {
        bool unchanged = row.Hash is not null && FileHash.Of(row.Path) == row.Hash;
        Missing += unchanged ? 0 : 1;
        return unchanged;
    }

    private string NameOf(int @class) => model.ClassesOf(model.LabelOf(@class)).Length == 1
        ? model.LabelOf(@class)
        : @class.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
