using System.Diagnostics;

namespace EasyExplain.Runtime;

/// <summary>Which libtorch this process has: a <see cref="CudaBuild"/>, or the one for the CPU that EasyExplain brings. There can be only one.</summary>
internal static class LibTorch
{
    private static readonly object Gate = new();
    private static string? _folder;
    private static CudaBuild? _cuda;
    private static DeviceException? _broken;

    /// <summary>The folder of the libtorch that is loaded, or is about to be; null where that is open.</summary>
    public static string? Folder
    {
        get
        {
            lock (Gate)
            {
                return _folder ??= LoadedByOthers();
            }
        }
    }

    /// <summary>Decides, if that is open: the CUDA build that was named, where it fits, else the one in <paramref name="packaged"/>. A CUDA build is loaded at once.</summary>
    /// <param name="named">What <see cref="CudaBuild.Variable"/> says.</param>
    /// <param name="packaged">The folder of EasyExplain's own.</param>
    /// <exception cref="DeviceException">The CUDA build does not load, and did not before: a second try would end the process.</exception>
    public static void Choose(string? named, string? packaged)
    {
        lock (Gate)
        {
            if (_broken is not null)
            {
                throw _broken;
            }
            if (Folder is not null)
            {
                return;
            }
            try
            {
                _cuda = named is null ? null : CudaBuild.At(named);
            }
            catch (DeviceException)
            {
                // The CPU does without; who asks for a GPU is told.
            }
            _folder = _cuda?.Folder ?? packaged;
            try
            {
                _cuda?.Load();
            }
            catch (DeviceException e)
            {
                _broken = e;
                throw;
            }
        }
    }

    /// <summary>Loads the CUDA build that was named, unless it is loaded.</summary>
    /// <param name="named">What <see cref="CudaBuild.Variable"/> says; it may be unset once a CUDA build is loaded.</param>
    /// <exception cref="DeviceException">There is none, it does not fit or load, or another libtorch is loaded.</exception>
    public static void DemandCuda(string? named)
    {
        lock (Gate)
        {
            if (named is null && _cuda is not null)
            {
                return;
            }
            CudaBuild asked = CudaBuild.At(named);
            if (Folder is { } loaded && loaded != asked.Folder)
            {
                throw new DeviceException(DeviceFault.LibTorchAlreadyLoaded,
                    $"This process has loaded the libtorch in '{loaded}', and can load no other. Start a new session, and let {CudaBuild.Variable} name '{asked.Folder}' there " +
                    "before the first model is imported.");
            }
            Choose(named, packaged: null);
        }
    }

    private static string? LoadedByOthers()
    {
        string file = CudaBuild.FileOf("torch_cpu");
        using Process own = Process.GetCurrentProcess();
        return own.Modules.Cast<ProcessModule>().FirstOrDefault(module => Path.GetFileName(module.FileName) == file) is { } loaded
            ? Path.GetDirectoryName(loaded.FileName)
            : null;
    }
}
