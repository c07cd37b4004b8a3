using EasyExplain.Detectors;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.Explanation;

/// <summary>What is explained of a picture: one of its classes, or one of the things that were found in it.</summary>
/// <param name="Class">Its class; −1 of a network that has none.</param>
/// <param name="Probability">Its probability, from 0 to 1; not a number where there is none.</param>
/// <param name="Score">Its logit; not a number of a network without classes.</param>
/// <param name="TargetFor">The number of the network's that stands for it, for methods that compare classes in some way or in none.</param>
internal sealed record Subject(int Class, double Probability, double Score, Func<ComparingScore?, Target> TargetFor)
{
    /// <summary>The number of the thing; null of a class.</summary>
    public int? Detection { get; init; }

    /// <summary>Where it is in the photo; null of a class of the whole of it.</summary>
    public DetectionBox? Box { get; init; }
}
