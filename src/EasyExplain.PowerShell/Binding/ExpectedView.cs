using System.Management.Automation;
using EasyExplain.Explanation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Which table shows an explanation.</summary>
internal static class ExpectedView
{
    /// <summary>The explanation, shown with Expected and Correct where something was expected.</summary>
    public static object Of(CamExplanation explanation)
    {
        if (explanation.Expected is null)
        {
            return explanation;
        }
        var shown = PSObject.AsPSObject(explanation);
        shown.TypeNames.Insert(0, typeof(CamExplanation).FullName + "#Expected"); // chooses a view in EasyExplain.Format.ps1xml
        return shown;
    }
}
