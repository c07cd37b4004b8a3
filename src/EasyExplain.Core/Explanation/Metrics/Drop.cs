namespace EasyExplain.Explanation.Metrics;

/// <summary>Average drop and increase in confidence (Chattopadhay et al. 2018, arXiv 1710.11063, section 5.1.1).</summary>
/// <remarks>The image is multiplied by the map in normalised space, so that what the map leaves out becomes the mean colour.</remarks>
internal static class Drop
{
    /// <summary>The part of the probability that is lost, 0 to 1.</summary>
    /// <param name="before">The probability of the image.</param>
    /// <param name="after">The one of the image times the map.</param>
    /// <param name="epsilon">What is added to the divisor: 1e-7 in torch-cam, 1e-8 in Xplique, and nothing in the paper.</param>
    public static double Of(double before, double after, double epsilon = 0) =>
        after >= before ? 0 : (before - after) / (before + epsilon);

    /// <summary>1 where the image times the map is more probable, else 0.</summary>
    public static double Increase(double before, double after) => after > before ? 1 : 0;
}
