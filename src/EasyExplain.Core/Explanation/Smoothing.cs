namespace EasyExplain.Explanation;

/// <summary>What makes maps less noisy, whatever the method; pytorch-grad-cam has both.</summary>
[Flags]
public enum Smoothing
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// A map is the first principal component of the weighted channels in place of their sum (see <see cref="LayerEvidence.Merge"/>).
    /// </summary>
    Eigen = 1,

    /// <summary>A map is the mean over six views of the picture (see <see cref="AugmentedView"/>): six times the work.</summary>
    Augmentation = 2,
}
