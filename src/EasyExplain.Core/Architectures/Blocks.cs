using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>Blocks that several families are made of, under torchvision's names.</summary>
internal static class Blocks
{
    /// <summary>A convolution that keeps height and width (but for its stride), batch norm and, unless it is null, an activation.</summary>
    /// <param name="g">Where the block goes.</param>
    /// <param name="name">The name within the enclosing scope.</param>
    /// <param name="x"><c>[C, H, W]</c>.</param>
    /// <param name="channels">How many channels come out.</param>
    /// <param name="kernel">The kernel's side in pixels, odd.</param>
    /// <param name="activation">What follows the batch norm.</param>
    /// <param name="stride">Step, in pixels.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="eps">The batch norm's ε.</param>
    /// <param name="type">torchvision's class, where it is a derived one.</param>
    /// <param name="same">Whether the zeros around the picture are TensorFlow's.</param>
    public static Node Conv2dNormActivation(
        this NetworkBuilder g, string name, Node x, long channels, long kernel, Operator? activation,
        long stride = 1, long groups = 1, double eps = 1e-5, string type = "Conv2dNormActivation", bool same = false) =>
        g.Scope(name, type, () =>
        {
            Node y = same
                ? g.Conv2dSame("0", x, channels, kernel, stride, groups)
                : g.Conv2d("0", x, channels, kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false);
            y = g.BatchNorm2d("1", y, eps);
            return activation is null ? y : g.Add("2", activation, y);
        });

    /// <summary>
    /// A convolution without bias, with TensorFlow's zeros around the picture: so many that one step more than fits is made, and an odd one
    /// below and on the right.
    /// </summary>
    public static Node Conv2dSame(this NetworkBuilder g, string name, Node x, long channels, long kernel, long stride = 1, long groups = 1)
    {
        (Node from, Extent padding) = g.Same(x, kernel, stride);
        return g.Conv2d(name, from, channels, kernel, stride, padding, groups, bias: false);
    }

    /// <summary>The zeros of <see cref="Conv2dSame"/>: as a convolution's own, or in a picture where one side has more of them.</summary>
    public static (Node X, Extent Padding) Same(this NetworkBuilder g, Node x, long kernel, long stride)
    {
        long down = Zeros(g.Shape(x)[1]), right = Zeros(g.Shape(x)[2]);
        return down % 2 == 0 && right % 2 == 0
            ? (x, (down / 2, right / 2))
            : (g.Call(new Pad([right / 2, right - right / 2, down / 2, down - down / 2], PadMode.Constant, 0), x), 0);

        long Zeros(long side) => Math.Max(0, ((side + stride - 1) / stride - 1) * stride + kernel - side);
    }

    /// <summary>The same block under timm's names: <c>conv</c>, <c>bn</c> and <c>act</c>.</summary>
    /// <param name="g">Where the block goes.</param>
    /// <param name="name">The name within the enclosing scope.</param>
    /// <param name="x"><c>[C, H, W]</c>.</param>
    /// <param name="channels">How many channels come out.</param>
    /// <param name="kernel">The kernel's side in pixels, odd.</param>
    /// <param name="activation">What follows the batch norm.</param>
    /// <param name="stride">Step, in pixels.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="eps">The batch norm's ε.</param>
    public static Node ConvNormAct(this NetworkBuilder g, string name, Node x, long channels, long kernel, Operator? activation,
        long stride = 1, long groups = 1, double eps = 1e-5) => g.Scope(name, "ConvNormAct", () =>
        {
            Node y = g.Conv2d("conv", x, channels, kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false);
            y = g.BatchNorm2d("bn", y, eps);
            return activation is null ? y : g.Add("act", activation, y);
        });

    /// <summary>The mean of each channel, and a layer <c>head.fc</c> of the classes, as timm has them.</summary>
    public static Node ClassifierHead(this NetworkBuilder g, Node x, long classes) => g.Scope("head", "ClassifierHead", () =>
        g.Linear("fc", g.Flatten("flatten", g.AdaptiveAvgPool2d("global_pool", x, 1)), classes));

    /// <summary>
    /// Squeeze and excitation (Hu et al. 2017, arXiv 1709.01507): every channel is scaled by a factor that is made of all channels' means.
    /// </summary>
    /// <param name="g">Where the block goes.</param>
    /// <param name="name">The name within the enclosing scope.</param>
    /// <param name="x"><c>[C, H, W]</c>.</param>
    /// <param name="channels">How many channels are left in between.</param>
    /// <param name="activation">What follows the first of the two layers.</param>
    /// <param name="scaleActivation">What makes factors of the second one's outputs.</param>
    /// <param name="first">The name of the first.</param>
    /// <param name="second">The name of the second.</param>
    public static Node SqueezeExcitation(
        this NetworkBuilder g, string name, Node x, long channels, Operator activation, Operator scaleActivation,
        string first = "fc1", string second = "fc2") =>
        g.Scope(name, "SqueezeExcitation", () =>
        {
            Node scale = g.AdaptiveAvgPool2d("avgpool", x, 1);
            scale = g.Add("activation", activation, g.Conv2d(first, scale, channels, kernel: 1));
            scale = g.Add("scale_activation", scaleActivation, g.Conv2d(second, scale, g.Channels(x), kernel: 1));
            return g.Multiply(scale, x);
        });

    /// <summary>
    /// The multiple of <paramref name="divisor"/> nearest to <paramref name="channels"/>, or the next one where the nearest would leave
    /// less than the part <paramref name="least"/> of them.
    /// </summary>
    public static long MakeDivisible(double channels, long divisor, double least = 0.9)
    {
        long nearest = Math.Max(divisor, (long)(channels + divisor / 2.0) / divisor * divisor);
        return nearest < least * channels ? nearest + divisor : nearest;
    }
}
