namespace EasyExplain.Models;

/// <summary>What brings a model through a pipeline: the model itself, or a layer of it.</summary>
public interface ICamSource
{
    /// <summary>The model.</summary>
    internal CamModel Source { get; }
}
