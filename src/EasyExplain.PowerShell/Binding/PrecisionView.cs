using System.Management.Automation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Which table shows figures of a model that was measured in 8 bits and in float32.</summary>
internal static class PrecisionView
{
    /// <summary>A row or a summary, shown with its precision where there are two of them.</summary>
    public static object Of(object figures, bool areTwo)
    {
        if (!areTwo)
        {
            return figures;
        }
        var shown = PSObject.AsPSObject(figures);
        shown.TypeNames.Insert(0, figures.GetType().FullName + "#Precision"); // chooses a view in EasyExplain.Format.ps1xml
        return shown;
    }
}
