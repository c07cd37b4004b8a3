using System.Text.RegularExpressions;

namespace EasyExplain.Import.Onnx;

/// <summary>
/// Finds the module that an operation was exported from: PyTorch writes <c>/layer4/layer4.2/relu/Relu</c>, or notes the modules' names and
/// classes; TensorFlow's names are paths too.
/// </summary>
internal sealed partial class LayerNames
{
    private const int LongestName = 200;
    private const int DeepestScope = 32;
    private const string NoteOfNames = "pkg.torch.onnx.name_scopes", NoteOfClasses = "pkg.torch.onnx.class_hierarchy";

    private readonly int _shared;

    /// <summary>Looks at all operations of a graph: scopes that all of TensorFlow's share say nothing.</summary>
    public LayerNames(IReadOnlyList<OnnxNode> nodes)
    {
        string[][] paths = [.. nodes.Select(node => node.Name).Where(IsOfTensorFlow).Select(name => Parts(name)[..^1])];
        while (paths.Length > 1 && paths.All(path => path.Length > _shared && path[_shared] == paths[0][_shared]))
        {
            _shared++;
        }
    }

    /// <summary>
    /// The modules that an operation is in, outermost first, by their full names (<c>layer4</c>, <c>layer4.2</c>, …) and classes, if those
    /// are known. The call of a function is a module too.
    /// </summary>
    public IReadOnlyList<(string Name, string? Type)> Scopes(OnnxNode node)
    {
        if (node.Caller is not { } caller)
        {
            return PathOf(node);
        }
        IReadOnlyList<(string Name, string? Type)> own = PathOf(node);
        if (!caller.IsFunction && own.Count > 0)
        {
            return own; // an exporter names what is in a branch after its module, as all else
        }
        string outer = caller.Scopes[^1].Name;
        return own.Count == 0 ? caller.Scopes
            : [.. caller.Scopes.Concat(own.Select(scope => (Within(outer, scope.Name), scope.Type))).Take(DeepestScope)];
    }

    /// <summary>The scopes of what a call or a branch holds.</summary>
    /// <param name="scopes">Its own.</param>
    /// <param name="node">The call.</param>
    /// <param name="function">The function that is called; null for a branch.</param>
    public static IReadOnlyList<(string Name, string? Type)> Inside(IReadOnlyList<(string Name, string? Type)> scopes, OnnxNode node,
        string? function) =>
        scopes.Count >= DeepestScope ? scopes : [.. scopes, (Within(scopes.Count > 0 ? scopes[^1].Name : "", Own(node)), function)];

    private static string Within(string outer, string name) =>
        outer.Length == 0 || name.StartsWith(outer + ".", StringComparison.Ordinal) ? name : Clean($"{outer}.{name}");

    private IReadOnlyList<(string Name, string? Type)> PathOf(OnnxNode node)
    {
        if (node.Notes.TryGetValue(NoteOfNames, out string? noted))
        {
            string[] names = [.. Quoted().Matches(noted).Select(match => match.Groups[1].Value)];
            string[] classes = node.Notes.TryGetValue(NoteOfClasses, out string? types)
                ? [.. Quoted().Matches(types).Select(match => match.Groups[1].Value)] : [];
            return [.. names.SkipLast(1).Take(DeepestScope)
                .Select((name, i) => (Clean(name), i < classes.Length ? Clean(classes[i][(classes[i].LastIndexOf('.') + 1)..]) : null))
                .Where(scope => scope.Item1.Length > 0)];
        }
        if (!node.Name.Contains('/', StringComparison.Ordinal))
        {
            return [];
        }
        var scopes = new List<(string, string?)>();
        (string path, string outer) = ("", "");
        foreach (string part in Parts(node.Name)[..^1].Skip(IsOfTensorFlow(node.Name) ? _shared : 0).Take(DeepestScope))
        {
            // PyTorch writes a Sequential's own name before those in it: /features/features.1/block/block.0.
            path = path.Length == 0 ? part : outer.Length > 0 && part.StartsWith(outer + ".", StringComparison.Ordinal)
                ? path + part[outer.Length..] : $"{path}.{part}";
            outer = part;
            scopes.Add((Clean(path), null));
        }
        return scopes;
    }

    /// <summary>The name of an operation that is in no module.</summary>
    public static string Own(OnnxNode node) =>
        Clean(node.Name.Length > 0 ? Parts(node.Name) is [.., var last] ? last : ""
        : node.Outputs.FirstOrDefault(output => output.Length > 0) ?? node.Type) is { Length: > 0 } name ? name : node.Type;

    private static bool IsOfTensorFlow(string name) => name.Contains('/', StringComparison.Ordinal) && name[0] != '/';

    private static string[] Parts(string name) => [.. name.Split('/').Select(Clean).Where(part => part.Length > 0).DefaultIfEmpty("")];

    /// <summary>Without what no one can type, and not without end.</summary>
    private static string Clean(string name)
    {
        string printable = string.Concat(name.Where(c => !char.IsControl(c)));
        return printable.Length <= LongestName ? printable : printable[..LongestName];
    }

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
