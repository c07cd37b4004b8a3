using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Runtime;

/// <summary>
/// Finds what a network computes on: the CPU, or one of NVIDIA's GPUs where there is a CUDA build of libtorch (see
/// <see cref="CudaBuild"/>).
/// </summary>
public static class ComputeDevice
{
    /// <summary>Whether a name stands for the CPU, which is always there.</summary>
    /// <exception cref="DeviceException">No device has that name.</exception>
    public static bool IsCpu(string name) => CudaIndex(name) is null;

    /// <summary>The device of a name, <c>cpu</c> or <c>cuda[:n]</c>; loads libtorch.</summary>
    /// <param name="name">The name.</param>
    /// <param name="explain">Told what was chosen for this machine, a sentence, once in a process.</param>
    /// <exception cref="DeviceException">
    /// No device has that name, or this process cannot compute there, or would compute wrong numbers.
    /// </exception>
    public static Device Find(string name, Action<string> explain)
    {
        Device device = Find(name);
        OneDnnLimit.Tell(explain);
        ThreadLimit.Tell(explain);
        return device;
    }

    /// <summary>The same, where nobody is told.</summary>
    /// <exception cref="DeviceException">
    /// No device has that name, or this process cannot compute there, or would compute wrong numbers.
    /// </exception>
    public static Device Find(string name) => Find(name, CudaBuild.Named);

    /// <summary>The same, where <see cref="CudaBuild.Variable"/> says <paramref name="named"/>.</summary>
    internal static Device Find(string name, string? named)
    {
        if (CudaIndex(name) is not { } index)
        {
            NativeLibraries.LoadTorch();
            ConvolutionCheck.Demand();
            return CPU;
        }
        try
        {
            LibTorch.DemandCuda(named);
            NativeLibraries.LoadTorch();
            Demand(index, cuda.device_count());
        }
        catch (DeviceException e)
        {
            throw new DeviceException(e.Fault, $"The device '{name}' cannot be used. {e.Message}", e.InnerException);
        }
        // Convolutions round to 10 bits on newer GPUs unless they are told not to; maps would differ from the CPU's by more than rounding.
        backends.cudnn.allow_tf32 = false;
        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>Throws where libtorch does not see the GPU of this number.</summary>
    internal static void Demand(int index, int count)
    {
        if (count == 0)
        {
            throw new DeviceException(DeviceFault.CudaUnavailable, $"libtorch sees no GPU. {WhyNone()} Mend that, or take cpu.");
        }
        if (index >= count)
        {
            throw new DeviceException(DeviceFault.DeviceNotFound, count == 1
                ? "libtorch sees one GPU, which is cuda:0."
                : string.Create(CultureInfo.InvariantCulture, $"libtorch sees {count} GPUs, which are cuda:0 to cuda:{count - 1}."));
        }
    }

    /// <summary>The number of the GPU that a name stands for; null for the CPU.</summary>
    private static int? CudaIndex(string name)
    {
        string[] parts = name.ToLowerInvariant().Split(':');
        int index = 0;
        return parts switch
        {
            ["cpu"] => null,
            ["cuda"] => index,
            ["cuda", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out index) => index,
            _ => throw new DeviceException(DeviceFault.UnknownDevice,
                $"'{name}' is not a device. Known: cpu, cuda (the first GPU of NVIDIA's), cuda:1 (the second), and so on."),
        };
    }

    private static string WhyNone()
    {
        string driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        string? visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        return !NativeLibrary.TryLoad(driver, out _) ? $"NVIDIA's driver is not installed here: there is no {driver}."
            : visible is not null ? $"NVIDIA's driver is there, and CUDA_VISIBLE_DEVICES is '{visible}'; nvidia-smi lists the GPUs."
            : "NVIDIA's driver is there, but has no GPU for it, or is too old for this libtorch; nvidia-smi says which.";
    }
}
