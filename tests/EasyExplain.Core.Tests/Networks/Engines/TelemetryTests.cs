using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

public class TelemetryTests
{
    [Fact]
    public void NothingIsCollected_ByOnnxRuntime()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // open files are listed there alone
        }
        using DisposeScope scope = NewDisposeScope();
        using var runner = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        Assert.NotNull(runner.InEngine(network, SmallNetwork.Picture(), [], track: false, default));
        Assert.DoesNotContain(OpenFiles(), file => file.Contains(".onnxruntime", StringComparison.Ordinal));
    }

    private static IEnumerable<string> OpenFiles() =>
        Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>();
}
