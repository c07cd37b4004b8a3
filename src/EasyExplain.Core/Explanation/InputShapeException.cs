namespace EasyExplain.Explanation;

/// <summary>A tensor that stands in place of a photo has another shape than the model's input.</summary>
/// <param name="message">Both shapes.</param>
public sealed class InputShapeException(string message) : Exception(message);
