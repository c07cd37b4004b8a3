using EasyExplain.Runtime;

namespace EasyExplain.Tests;

/// <summary>A test that computes on a GPU; skipped, with the reason, where there is none, or no libtorch that could use it.</summary>
internal sealed class CudaTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> Reason = new(WhyNot);

    public CudaTheoryAttribute() => Skip = Reason.Value;

    private static string? WhyNot()
    {
        if (CudaBuild.Named is null)
        {
            return $"no CUDA libtorch, {CudaBuild.Variable} is not set";
        }
        try
        {
            ComputeDevice.Find("cuda");
            return null;
        }
        catch (DeviceException e)
        {
            return e.Message;
        }
    }
}
