using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Concepts;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Properties that objects have in PowerShell only, named by EasyExplain.Types.ps1xml.</summary>
/// <remarks>
/// ConvertTo-Json writes every public property that .NET knows, at any depth, and heeds no attribute of the engine's. Weights, tensors and
/// what is said twice must stay out of it, so they are added here, as hidden ones.
/// </remarks>
public static class AddedProperties
{
    /// <summary>The model of an explanation, of concepts or of a layer.</summary>
    public static CamModel? Model(PSObject instance) => Of(instance) switch
    {
        CamExplanation explanation => explanation.Model,
        CamConcepts concepts => concepts.Model,
        CamLayer layer => layer.Model,
        _ => null,
    };

    /// <summary>The map that stands for an explanation or a row; none where there are no maps.</summary>
    public static CamMap? Map(PSObject instance) => Of(instance) switch
    {
        CamExplanation { Maps.Length: > 0 } explanation => explanation.Map,
        CamAuditRow row => row.Map,
        _ => null,
    };

    /// <summary>The figures of an explanation or a row; none where nothing was measured.</summary>
    public static object? Measure(PSObject instance) => Of(instance) switch
    {
        CamExplanation explanation => explanation.Measure,
        CamAuditRow row => row.Measure,
        _ => null,
    };

    /// <summary>The maps of a row, one for each layer.</summary>
    public static object? Maps(PSObject instance) => (Of(instance) as CamAuditRow)?.Maps;

    /// <summary>The maps of all layers of a row in one.</summary>
    public static object? Fused(PSObject instance) => (Of(instance) as CamAuditRow)?.Fused;

    /// <summary>The labels of a row's predicted classes.</summary>
    public static object? Predicted(PSObject instance) => (Of(instance) as CamAuditRow)?.Predicted;

    /// <summary>What an explanation took, as a TimeSpan.</summary>
    public static object? Duration(PSObject instance) => Of(instance) switch
    {
        CamExplanation explanation => explanation.Duration,
        // FromSeconds cuts off the last tick where the fraction lies next to it.
        CamAuditRow row => TimeSpan.FromTicks((long)Math.Round(row.Seconds * TimeSpan.TicksPerSecond)),
        _ => null,
    };

    /// <summary>The audit file, or the picture, that an explanation which -SkipExisting passed over was made from; else nothing.</summary>
    public static object? FoundIn(PSObject instance) => (Of(instance) as CamExplanation)?.FoundIn;

    /// <summary>The figures of a measured explanation's controls.</summary>
    public static object? Controls(PSObject instance) => (Of(instance) as CamMeasure)?.Controls;

    /// <summary>The rows that a finding is about.</summary>
    public static object? Members(PSObject instance) => (Of(instance) as CamIssue)?.Members;

    /// <summary>A map as a TorchSharp tensor.</summary>
    public static object? Tensor(PSObject instance) => (Of(instance) as CamMap)?.Tensor;

    /// <summary>The centre of a map's highest cell: X and Y.</summary>
    public static object? Peak(PSObject instance) => (Of(instance) as CamMap)?.Peak;

    private static object? Of(PSObject? instance) => instance?.BaseObject;
}
