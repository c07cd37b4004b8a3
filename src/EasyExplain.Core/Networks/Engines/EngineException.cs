using System.Runtime.InteropServices;

namespace EasyExplain.Networks.Engines;

/// <summary>An engine besides libtorch reported an error of its own, such as too little memory.</summary>
/// <param name="cause">What it threw.</param>
internal sealed class EngineException(Exception cause) : ExternalException(cause.Message, cause);
