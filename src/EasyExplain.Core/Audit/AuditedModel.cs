using System.Runtime.CompilerServices;
using EasyExplain.Audit.Store;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Audit;

/// <summary>What an audit file knows of a model that explained its images.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Of its file: XxHash128 in hexadecimal digits; empty where it has none.</param>
/// <param name="Labels">The labels of its classes, in their order; of classes without labels, their numbers.</param>
/// <param name="Activation">What makes probabilities of its outputs.</param>
/// <param name="Preprocessing">How images became its input.</param>
internal sealed record AuditedModel(
    string Name, string Hash, IReadOnlyList<string> Labels, Activation Activation, Preprocessing Preprocessing)
{
    private static readonly ConditionalWeakTable<CamModel, AuditedModel> Known = [];

    /// <summary>What there is to know of a model; its file is read once.</summary>
    public static AuditedModel Of(CamModel model) => Known.GetValue(model, model => new AuditedModel(
        model.Name, model.Path.Length > 0 ? FileHash.Of(model.Path) ?? "" : "",
        [.. Enumerable.Range(0, model.ClassCount).Select(model.LabelOf)], model.Activation, model.Preprocessing));

    /// <summary>What a class is called: its label, or its number where it has none.</summary>
    public string LabelOf(int @class) =>
        @class >= 0 && @class < Labels.Count ? Labels[@class] : @class.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
