namespace EasyExplain.Import;

/// <summary>A model takes another number of channels than it is followed with.</summary>
/// <param name="message">Which, and where.</param>
/// <param name="wanted">How many it takes.</param>
internal sealed class InputChannelsException(string message, int wanted) : Exception(message)
{
    /// <summary>How many it takes.</summary>
    public int Wanted { get; } = wanted;
}
