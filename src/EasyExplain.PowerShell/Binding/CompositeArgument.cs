using EasyExplain.Networks;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A composite of LRP as a user writes it.</summary>
/// <param name="value">What it stands for.</param>
public sealed class CompositeArgument(LrpComposite value) : EnumArgument<LrpComposite>(value)
{
    /// <summary>By its name; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public CompositeArgument(string name)
        : this(ValueOf(name, "composite"))
    {
    }

    /// <summary>Completes the names with Tab, with a line on each.</summary>
    public sealed class Completer() : EnumCompleter<LrpComposite>(
        (LrpComposite.EpsilonPlus, "convolutions hand back what spoke for them: calm and positive"),
        (LrpComposite.EpsilonPlusFlat, "the same, even over what the first layer saw: smooth, no detail"),
        (LrpComposite.EpsilonAlpha2Beta1, "twice what spoke for a convolution, less what spoke against: contrast"),
        (LrpComposite.EpsilonGammaBox, "favours what spoke for it, and knows black and white: detail in both signs"));
}
