using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.PowerShell.Binding;

/// <summary>What a user can do about an error, said with the parameters of the cmdlets, in one place for all of them.</summary>
internal static class Advice
{
    /// <summary>Puts it into an error's message.</summary>
    public static void AddTo(Exception e)
    {
        if (e is UserFaultException fault)
        {
            fault.Told = fault.Remedy == Remedy.None ? null
                : fault.Remedy == Remedy.LeaveOutValue ? $"-{fault.About} {fault.Story} Leave -{fault.About} out."
                : $"{fault.Story} {Of(fault.Remedy, fault.About)}";
        }
    }

    /// <summary>How to get the weights of an architecture that was named in place of a file.</summary>
    public static string For(ArchitectureNamedException e) => $"Give a weight file with -Architecture {e.Architecture}" +
        (e.HasWeights ? ", or take torchvision's weights with -Weights Default." : ".");

    private static string Of(Remedy remedy, string? about) => remedy switch
    {
        Remedy.LeaveOut => $"Leave -{about} out.",
        Remedy.NameArchitecture => "Say which with -Architecture.",
        Remedy.LookUpArchitecture => "Tab completes them after -Architecture.",
        Remedy.NameStateDict => $"Say which with -StateDictKey {about}.",
        Remedy.NameArchitectureOfWeights => $"Give it to -Architecture, and its weights to -Weights, such as {about}.",
        Remedy.NameFile => "A file goes to -Path.",
        Remedy.NameOutput => "Choose one with -Output, by its name or number, or give -LabelPath with the labels of one.",
        Remedy.GiveInputSize => "If it takes another size, give -InputSize.",
        Remedy.SayThatOutputsAreClasses => "If its outputs are classes, import it with -LabelPath or -Activation.",
        Remedy.GiveLabels => "To name them, import it with -LabelPath.",
        Remedy.ExplainPicture => "Pictures are for Invoke-CamExplanation, which takes the model with -Model.",
        _ => throw new ArgumentOutOfRangeException(nameof(remedy), remedy, "unknown remedy"),
    };
}
