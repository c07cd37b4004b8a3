using EasyExplain.Networks.Engines.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>What ONNX Runtime makes of a file: the numbers that ours are compared with.</summary>
internal static class OnnxReference
{
    /// <summary>The only output for pictures as the only input.</summary>
    public static float[] Run(string path, TorchSharp.torch.Tensor pictures, SessionOptions? options = null) =>
        Run(path, new DenseTensor<float>(pictures.contiguous().data<float>().ToArray(), [.. pictures.shape.Select(size => (int)size)]),
            options);

    /// <summary>The same for numbers of another type.</summary>
    public static float[] Run<T>(string path, DenseTensor<T> input, SessionOptions? options = null)
    {
        Telemetry.SwitchOff(); // the first session decides, whoever makes it
        using InferenceSession session = options is null ? new(path) : new(path, options);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], input)]);
        return [.. results.Single().AsEnumerable<float>()];
    }
}
