using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Weights;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Completes devices with Tab; it loads no libtorch to count GPUs.</summary>
public sealed class DeviceCompleter : IArgumentCompleter
{
    private static readonly (string Name, string Meaning)[] Known =
    [
        ("cpu", "the CPU, which is always there"),
        ("cuda", "NVIDIA's first GPU, with a CUDA build of libtorch"),
        ("cuda:0", "NVIDIA's first GPU"),
        ("cuda:1", "NVIDIA's second GPU"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Known.Where(device => Completion.Fits(device.Name, wordToComplete))
            .Select(device => new CompletionResult(device.Name, device.Name, CompletionResultType.ParameterValue, device.Meaning));
}

/// <summary>Completes the keys under which a checkpoint, the file of -Path, has tensors. Its table is read; nothing in it is run.</summary>
public sealed class StateDictKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Keys(fakeBoundParameters["Path"])
            .Where(key => Completion.Fits(key.Name, wordToComplete))
            .Select(key => Completion.Of(key.Name, key.Meaning));

    private static (string Name, string Meaning)[] Keys(object? given)
    {
        object? path = given is object[] { Length: > 0 } several ? several[0] : given;
        if (path is null)
        {
            return [];
        }
        try
        {
            object full = ScriptBlock.Create("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])")
                .InvokeReturnAsIs($"{path}");
            using WeightFile file = WeightFile.Open($"{full}");
            IEnumerable<(string, string)> usual = file.Key is null ? [] : [(file.Key, "taken without -StateDictKey")];
            return [.. usual, .. file.OtherKeys.Select(key => (key, "other tensors of the file"))];
        }
        catch (Exception e) when (e is WeightFileException or RuntimeException or IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException)
        {
            return []; // Import-CamModel says what is wrong
        }
    }
}
