namespace EasyExplain.Weights;

/// <summary>Why a weight file did not come from the network.</summary>
public enum WeightsDownloadFault
{
    /// <summary>The server was not reached, has no such file, or stopped in the middle; or what came could not be written.</summary>
    DownloadFailed,

    /// <summary>What came is not what the file's name promises.</summary>
    HashMismatch,
}

/// <summary>A weight file is not on this machine and could not be downloaded; the message says how to get it by hand.</summary>
/// <param name="fault">What kind of fault it is.</param>
/// <param name="message">The whole story.</param>
/// <param name="inner">What lies behind it.</param>
public sealed class WeightsDownloadException(WeightsDownloadFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What kind of fault it is.</summary>
    public WeightsDownloadFault Fault { get; } = fault;
}
