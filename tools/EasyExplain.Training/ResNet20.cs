using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EasyExplain.Training;

/// <summary>
/// ResNet-20 for images of 32 × 32: [N, 3, 32, 32] → logits [N, classes]. He, Zhang, Ren, Sun, "Deep Residual Learning for Image
/// Recognition", 2016, section 4.2; shortcuts that change the size are 1×1 convolutions, as in torchvision.
/// </summary>
/// <remarks>The fields carry torchvision's names: they become the names of the weights.</remarks>
internal sealed class ResNet20 : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Linear fc;

    public ResNet20(int classCount) : base(nameof(ResNet20))
    {
        conv1 = Convolution(3, 16, kernel: 3, stride: 1);
        bn1 = nn.BatchNorm2d(16);
        layer1 = Stage(16, 16, stride: 1);
        layer2 = Stage(16, 32, stride: 2);
        layer3 = Stage(32, 64, stride: 2);
        fc = nn.Linear(64, classCount);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.relu(bn1.call(conv1.call(input)));
        x = layer3.call(layer2.call(layer1.call(x)));
        return fc.call(x.mean([2, 3])).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A convolution without bias (batch norm follows); starting weights of He et al., "Delving Deep into Rectifiers", 2015.
    /// </summary>
    internal static Conv2d Convolution(int input, int output, int kernel, int stride)
    {
        Conv2d convolution = nn.Conv2d(input, output, kernel, stride, padding: kernel / 2, bias: false);
        nn.init.kaiming_normal_(convolution.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        return convolution;
    }

    private static Sequential Stage(int input, int output, int stride) => nn.Sequential(
        ("0", new BasicBlock(input, output, stride)),
        ("1", new BasicBlock(output, output, stride: 1)),
        ("2", new BasicBlock(output, output, stride: 1)));
}

/// <summary>Two convolutions and a shortcut around them.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    public BasicBlock(int input, int output, int stride) : base(nameof(BasicBlock))
    {
        conv1 = ResNet20.Convolution(input, output, kernel: 3, stride);
        bn1 = nn.BatchNorm2d(output);
        conv2 = ResNet20.Convolution(output, output, kernel: 3, stride: 1);
        bn2 = nn.BatchNorm2d(output);
        if (stride > 1)
        {
            downsample = nn.Sequential(("0", ResNet20.Convolution(input, output, kernel: 1, stride)), ("1", nn.BatchNorm2d(output)));
        }
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.relu(bn1.call(conv1.call(input)));
        x = bn2.call(conv2.call(x));
        return nn.functional.relu(x + (downsample?.call(input) ?? input)).MoveToOuterDisposeScope();
    }
}
