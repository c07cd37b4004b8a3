using System.Diagnostics;
using System.Globalization;
using EasyExplain.Models;
using EasyExplain.Weights;

namespace EasyExplain.Benchmarks;

/// <summary>How much resident memory an import takes at its highest point.</summary>
internal static class PeakMemory
{
    public const string Argument = "--peak";

    /// <summary>The peak while <paramref name="path"/> is imported, less what was resident before, over its weights' bytes as float32.</summary>
    public static double OfImport(string path)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Argument, path]) { RedirectStandardOutput = true };
        using Process child = Process.Start(start)!;
        string text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The process that measures the peak of '{path}' ended with {child.ExitCode}.");
    }

    /// <summary>The child's side: prints the ratio.</summary>
    public static void Measure(string path)
    {
        // The engine and its native libraries are there before a second model is loaded; what they take is no matter of the weights.
        ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { }).Dispose();
        GC.Collect();
        NativeMemoryPool.Trim();
        double weights = WeightBytes(path);
        ForgetPeak();
        long before = Resident();
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Console.WriteLine(((Peak() - before) / weights).ToString(CultureInfo.InvariantCulture));
    }

    private static double WeightBytes(string path)
    {
        using WeightFile file = WeightFile.Open(path);
        return file.Entries.Sum(entry => sizeof(float) * entry.Shape.Aggregate(1.0, (product, size) => product * size));
    }

    private static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5"); // proc(5): resets VmHWM
        }
    }

    private static long Resident() => OperatingSystem.IsLinux() ? Status("VmRSS:") : Self().WorkingSet64;

    private static long Peak() => OperatingSystem.IsLinux() ? Status("VmHWM:") : Self().PeakWorkingSet64;

    private static Process Self() => Process.GetCurrentProcess();

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
