namespace EasyExplain.Runtime;

/// <summary>Why a network cannot compute where it was asked to.</summary>
public enum DeviceFault
{
    /// <summary>No device has that name.</summary>
    UnknownDevice,

    /// <summary>A GPU was asked for, and nothing says where a CUDA build of libtorch is.</summary>
    CudaBuildNotNamed,

    /// <summary>There is no libtorch in the folder that was named, or no such folder.</summary>
    CudaBuildNotFound,

    /// <summary>The libtorch in that folder computes on the CPU alone.</summary>
    CudaBuildCpuOnly,

    /// <summary>The libtorch in that folder is of another version.</summary>
    CudaBuildVersionMismatch,

    /// <summary>The libtorch in that folder is whole, and does not load.</summary>
    CudaBuildNotLoaded,

    /// <summary>Another libtorch is in use already, and a process has one.</summary>
    LibTorchAlreadyLoaded,

    /// <summary>libtorch sees no GPU at all.</summary>
    CudaUnavailable,

    /// <summary>There are GPUs, but fewer than the number that was asked for.</summary>
    DeviceNotFound,

    /// <summary>libtorch computes wrong numbers on this machine.</summary>
    WrongConvolutions,
}

/// <summary>A network cannot compute where it was asked to; the message names the value and says what to do.</summary>
/// <param name="fault">What kind of fault it is.</param>
/// <param name="message">The whole story.</param>
/// <param name="cause">What the loader said.</param>
public sealed class DeviceException(DeviceFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What kind of fault it is.</summary>
    public DeviceFault Fault { get; } = fault;
}
