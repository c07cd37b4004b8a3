using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OneDnn;

/// <summary>
/// A convolution in bfloat16 by oneDNN, with its weights in the order that suits the machine, and a sum and a ReLU after it in the same go.
/// </summary>
/// <remarks>
/// TorchSharp has no name for these functions of libtorch; its C interface for compiled models has
/// (torch/csrc/inductor/aoti_torch/c/shim_cpu.h). Pictures are <c>[N, C, H, W]</c> with the channels last in memory.
/// </remarks>
internal sealed unsafe class HalfConvolution : IDisposable
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def pack(w: Tensor, ph: int, pw: int, sh: int, sw: int, groups: int, c: int, h: int, width: int) -> Tensor:
            return torch.mkldnn_reorder_conv2d_weight(w.to_mkldnn(), [ph, pw], [sh, sw], [1, 1], groups, [1, c, h, width])
        def where_positive(gradient: Tensor, y: Tensor) -> Tensor:
            return torch.threshold_backward(gradient, y, 0)

        """));

    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long _groups;

    /// <summary>Packs the weights.</summary>
    /// <param name="weight">float32, <c>[K, C / groups, kernel height, kernel width]</c>.</param>
    /// <param name="bias">float32, <c>[K]</c>, or null.</param>
    /// <param name="stride">Step, in pixels.</param>
    /// <param name="padding">Zeros around the picture, in pixels.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="input">The usual input, <c>[C, H, W]</c>.</param>
    public HalfConvolution(Tensor weight, Tensor? bias, Extent stride, Extent padding, long groups, long[] input)
    {
        using DisposeScope scope = NewDisposeScope();
        (_stride, _padding, _groups) = ([stride.Height, stride.Width], [padding.Height, padding.Width], groups);
        _bias = bias?.to(bfloat16).DetachFromDisposeScope();
        _weight = Invoke("pack", weight.detach().to(bfloat16), padding.Height, padding.Width, stride.Height, stride.Width, groups, input[0],
            input[1], input[2]).DetachFromDisposeScope();
    }

    /// <summary>Convolves, adds, and cuts off what is negative.</summary>
    /// <param name="input">bfloat16.</param>
    /// <param name="sum">Added to the result, of its shape, and overwritten by it; null for nothing.</param>
    /// <param name="relu">Whether max(x, 0) ends it.</param>
    /// <exception cref="ExternalException">libtorch refuses it.</exception>
    public Tensor Run(Tensor input, Tensor? sum, bool relu)
    {
        IntPtr bias = _bias?.Handle ?? 0, result;
        double one = 1;
        int failed;
        fixed (long* stride = _stride, padding = _padding)
        fixed (byte* add = "add\0"u8, rectify = "relu\0"u8, none = "none\0"u8)
        {
            long* dilation = stackalloc long[] { 1, 1 };
            byte* after = relu ? rectify : none;
            failed = sum is null
                ? aoti_torch_cpu_mkldnn__convolution_pointwise(input.Handle, _weight.Handle, _bias is null ? null
                : &bias, padding, 2, stride, 2, dilation, 2, _groups,
                    after, null, 0, null, out result)
                : aoti_torch_cpu_mkldnn__convolution_pointwise_binary_(sum.Handle, input.Handle, _weight.Handle, _bias is null ? null
                : &bias, padding, 2, stride, 2, dilation, 2, _groups,
                    add, &one, relu ? &after : null, null, 0, null, out result);
        }
        GC.KeepAlive(input);
        GC.KeepAlive(sum);
        return failed == 0 ? Tensor.UnsafeCreateTensor(result) : throw new ExternalException("libtorch refused a convolution in bfloat16.");
    }

    /// <summary>A gradient where <paramref name="y"/> is positive, 0 elsewhere: a ReLU's way back in one go.</summary>
    public static Tensor WherePositive(Tensor gradient, Tensor y) => Invoke("where_positive", gradient, y);

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private static Tensor Invoke(string function, params object[] arguments) => (Tensor)Script.Value.invoke(function, arguments)!;

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_cpu_mkldnn__convolution_pointwise(
        IntPtr input, IntPtr weight, IntPtr* bias, long* padding, long paddings, long* stride, long strides, long* dilation, long dilations,
        long groups,
        byte* after, double** scalars, long scalarCount, byte** algorithm, out IntPtr result);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_cpu_mkldnn__convolution_pointwise_binary_(
        IntPtr sum, IntPtr input, IntPtr weight, IntPtr* bias, long* padding, long paddings, long* stride, long strides, long* dilation,
        long dilations, long groups,
        byte* operation, double* alpha, byte** after, double** scalars, long scalarCount, byte** algorithm, out IntPtr result);
}
