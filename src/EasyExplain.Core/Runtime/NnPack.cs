using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>NNPACK, a library for convolutions inside libtorch that takes none of ours.</summary>
internal static unsafe class NnPack
{
    /// <summary>
    /// Keeps libtorch from asking it. Where NNPACK does not know the CPU it says so on standard error, once for each convolution that only
    /// might have been its own.
    /// </summary>
    /// <param name="torchCpu">libtorch_cpu. Where it has no such switch, as on Windows, it has no NNPACK either.</param>
    public static void SwitchOff(nint torchCpu)
    {
        // at::globalContext() and at::Context::setUserEnabledNNPACK(bool): Python's torch.backends.nnpack.set_flags, which TorchSharp
        // lacks.
        if (NativeLibrary.TryGetExport(torchCpu, "_ZN2at13globalContextEv", out nint context)
            && NativeLibrary.TryGetExport(torchCpu, "_ZN2at7Context20setUserEnabledNNPACKEb", out nint set))
        {
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
        }
    }
}
