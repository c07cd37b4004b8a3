using System.Runtime.InteropServices;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Runtime;

/// <summary>The engines' own errors, as they are thrown, and what becomes of them.</summary>
public class ComputeExceptionTests
{
    public ComputeExceptionTests()
    {
        NativeLibraries.LoadTorch();
        Telemetry.SwitchOff(); // the first session decides, whoever makes it
    }

    [Fact]
    public void MemoryThatLibtorchCannotHave_IsCalledSo() =>
        Assert.Equal(ComputeFault.OutOfMemory, Fault(() => empty(1L << 50).NumberOfElements));

    [Fact]
    public void MemoryThatDotNetCannotHave_IsCalledSo() =>
        Assert.Equal(ComputeFault.OutOfMemory, Fault(() => throw new OutOfMemoryException()));

    [Fact]
    public void WhatLibtorchRefuses_IsAnEnginesError() =>
        Assert.Equal(ComputeFault.EngineFailed, Fault(() => ones(6).view(4).NumberOfElements));

    [Fact]
    public void WhatOnnxRuntimeRefuses_IsAnEnginesError() =>
        Assert.Equal(ComputeFault.EngineFailed, Fault(() =>
            throw new EngineException(Assert.Throws<OnnxRuntimeException>(() => new InferenceSession([1, 2, 3])))));

    [Fact]
    public void ANumberThatTheGarbageCollectorTookAway_IsGivenAgain()
    {
        int tries = 0;
        Assert.Equal(3, ComputeException.Wrap(() => ++tries < 3
            ? throw new ExternalException("Unknown scalar type.\nException raised from type at /pytorch/c10/core/Scalar.h:339")
            : tries));
    }

    [Fact]
    public void WhatIsNoEngines_IsLeftAlone() =>
        Assert.Throws<InvalidDataException>(() => ComputeException.Wrap<int>(() => throw new InvalidDataException()));

    private static ComputeFault Fault(Func<long> work) => Assert.Throws<ComputeException>(() => ComputeException.Wrap(work)).Fault;
}
