using System.Management.Automation;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Models that run slower than they could.</summary>
internal static class SlowerEngine
{
    /// <summary>Warns, once for each model, that the faster engine has failed and libtorch runs all of it.</summary>
    public static void WarnIfSlower(this Cmdlet cmdlet, CamModel model)
    {
        if (model.TellFailure() is { } why)
        {
            cmdlet.WriteWarning($"{model} runs in libtorch alone, which takes longer; maps are the same but for rounding. {why}. " +
                "This is said once for each model.");
        }
    }
}
