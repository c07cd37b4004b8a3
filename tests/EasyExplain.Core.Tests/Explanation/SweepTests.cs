using System.Diagnostics;

namespace EasyExplain.Tests.Explanation;

/// <summary>No method at any stage of any family's smallest member ends the process, or makes a map that is no map.</summary>
public class SweepTests
{
    [Theory]
    [InlineData("resnet20")]
    [InlineData("alexnet")]
    [InlineData("vgg11")]
    [InlineData("squeezenet1_1")]
    [InlineData("densenet121")]
    [InlineData("googlenet")]
    [InlineData("inception_v3")]
    [InlineData("resnet18")]
    [InlineData("resnet50")] // bottlenecks, whose strided 1 × 1 convolutions are where oneDNN ended processes
    [InlineData("mobilenet_v2")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("mnasnet0_5")]
    [InlineData("shufflenet_v2_x0_5")]
    [InlineData("efficientnet_b0")]
    [InlineData("regnet_y_400mf")]
    [InlineData("convnext_tiny")]
    [InlineData("vit_b_32")]
    [InlineData("swin_t")]
    public async Task EveryMethod_AtEveryStage_ComesToItsEnd(string architecture)
    {
        using Process sweep = Process.Start(new ProcessStartInfo("dotnet", [typeof(SweepTests).Assembly.Location, architecture])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> said = sweep.StandardError.ReadToEndAsync();
        string[] steps = (await sweep.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string errors = await said;
        await sweep.WaitForExitAsync();
        Assert.True(sweep.ExitCode == 0,
            $"{architecture}: {steps.LastOrDefault() ?? "the start"} ended the process with {sweep.ExitCode}. {errors}");
        Assert.Equal("done", steps[^1]);
        Assert.Contains(steps, step => step.StartsWith("ShapleyCAM", StringComparison.Ordinal));
        Assert.Equal("", errors); // NNPACK, too, is silent
    }
}
