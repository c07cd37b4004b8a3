using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Audit;

/// <summary>What an audit file knows of a model that explained its images.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Of its file: XxHash128 in hexadecimal digits; empty where it has none.</param>
/// <param name="Labels">The labels of its classes, in their order; of classes without labels, their numbers.</param>
/// <param name="Activation">What makes probabilities of its outputs.</param>
/// <param name="Preprocessing">How images became its input.</param>
internal sealed record AuditedModel(
    string Name, string Hash, IReadOnlyList<string> Labels, Activation Activation, Preprocessing Preprocessing);
