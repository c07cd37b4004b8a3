using System.Management.Automation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>PowerShell's wildcards, for the engine, which knows none.</summary>
internal static class Wildcards
{
    /// <summary>What tells whether a name fits a wildcard; null for a name that is none.</summary>
    public static Func<string, bool>? Wildcard(string name) =>
        WildcardPattern.ContainsWildcardCharacters(name) ? new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch : null;
}
