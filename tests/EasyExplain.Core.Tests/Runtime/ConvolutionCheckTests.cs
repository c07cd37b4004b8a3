using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Runtime;

public class ConvolutionCheckTests
{
    public ConvolutionCheckTests() => NativeLibraries.LoadTorch();

    [Fact]
    public void ThisMachinesConvolutions_AreRight() => ConvolutionCheck.Demand();

    [Fact]
    public void AResultThatIsOff_IsFound_AndHowFar() =>
        Assert.Matches(@"^the result of a convolution of 3 channels to 8 by 3×3 is off by \d+\.\d % of its largest value$",
            ConvolutionCheck.Find((x, w, s, p, g) => Right(x, w, s, p, g) * 1.01));

    [Fact]
    public void AResultThatIsNoNumber_IsFound() =>
        Assert.EndsWith("is not a number",
            ConvolutionCheck.Find((x, w, s, p, g) => Right(x, w, s, p, g) * (x.shape[1] == 24 ? double.NaN : 1)), StringComparison.Ordinal);

    [Fact]
    public void AWrongGradientOfARightResult_IsFound() =>
        Assert.StartsWith("the gradient of a convolution of 4 channels to 6", ConvolutionCheck.Find((x, w, s, p, g) =>
            x.shape[1] == 4 ? Right(x * 0.9 + x.detach() * 0.1, w, s, p, g) : Right(x, w, s, p, g)), StringComparison.Ordinal);

    [Fact]
    public void RoundingIsNotFound() => Assert.Null(ConvolutionCheck.Find((x, w, s, p, g) => Right(x, w, s, p, g) * 1.0001));

    [Fact]
    public void WhatIsFound_IsAnError_ThatSaysWhatToDo()
    {
        ConvolutionCheck.Demand(null);
        var error = Assert.Throws<DeviceException>(() => ConvolutionCheck.Demand("the result is off"));
        Assert.Equal(DeviceFault.WrongConvolutions, error.Fault);
        Assert.Contains("the result is off.", error.Message, StringComparison.Ordinal);
        Assert.Contains("ONEDNN_MAX_CPU_ISA", error.Message, StringComparison.Ordinal);
        Assert.Contains("new session", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Right(Tensor x, Tensor w, long stride, long padding, long groups) =>
        nn.functional.conv2d(x, w, strides: [stride, stride], padding: [padding, padding], groups: groups);
}
