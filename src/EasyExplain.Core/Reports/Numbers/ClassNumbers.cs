namespace EasyExplain.Reports.Numbers;

/// <summary>What is known of a class.</summary>
/// <param name="Class">Its number in the model.</param>
/// <param name="Label">Its label.</param>
/// <param name="Accuracy">How many of the images that are expected to show it are predicted rightly.</param>
/// <param name="Precision">How many of the images that are predicted to show it are predicted rightly.</param>
/// <param name="Predicted">How many images are predicted to show it, whatever was expected.</param>
internal sealed record ClassNumbers(int Class, string Label, Proportion Accuracy, Proportion Precision, int Predicted);
