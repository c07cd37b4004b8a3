using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EasyExplain.Training.Detection;

/// <summary>
/// A small detector without anchor boxes, built as YOLOv8 is (Jocher, Chaurasia, Qiu, "Ultralytics YOLO", 2023): a backbone of
/// convolutions and C2f blocks, a neck that brings the coarser scale to the finer one, and a head with two branches a scale. Its scales
/// are 8 and 16 pixels; it has no scale 32, no SPPF block and no way back down, which objects of 24 to 48 pixels do without.
/// </summary>
/// <remarks>
/// The names of weights are those of Ultralytics: <c>model.0.conv.weight</c>, <c>model.10.cv3.1.2.bias</c>. [N, 3, 128, 128], 0 to 1,
/// becomes [N, 4 · <see cref="Bins"/> + classes, candidates]: of each side the logits of the distances 0, 1, … strides, then the classes'.
/// </remarks>
internal sealed class SmallDetector : nn.Module<Tensor, Tensor>
{
    /// <summary>Distances from a candidate's centre to a side of its box are mixtures of 0 to 7 strides.</summary>
    public const int Bins = 8;

    /// <summary>Pixels between the centres of a scale's candidates.</summary>
    public static readonly int[] Strides = [8, 16];

    private const int Fine = 64, Coarse = 80;

    private readonly ModuleList<nn.Module> model;

    public SmallDetector(int classCount) : base(nameof(SmallDetector))
    {
        ClassCount = classCount;
        model = nn.ModuleList<nn.Module>(
            new ConvBlock(3, 16, kernel: 3, stride: 2),
            new ConvBlock(16, 32, kernel: 3, stride: 2),
            new C2f(32, 32, blocks: 2, shortcut: true),
            new ConvBlock(32, Fine, kernel: 3, stride: 2),
            new C2f(Fine, Fine, blocks: 2, shortcut: true),
            new ConvBlock(Fine, Coarse, kernel: 3, stride: 2),
            new C2f(Coarse, Coarse, blocks: 1, shortcut: true),
            nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest),
            nn.Identity(), // where Ultralytics' module joins its inputs
            new C2f(Coarse + Fine, Fine, blocks: 1, shortcut: false),
            new DetectorBranches(classCount, Fine, Coarse));
        RegisterComponents();
    }

    public int ClassCount { get; }

    public DetectorBranches Head => (DetectorBranches)model[10];

    public ConvBlock Convolution(int number) => (ConvBlock)model[number];

    public C2f Block(int number) => (C2f)model[number];

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor fine = Block(2).call(Convolution(1).call(Convolution(0).call(input)));
        fine = Block(4).call(Convolution(3).call(fine));
        Tensor coarse = Block(6).call(Convolution(5).call(fine));
        Tensor larger = ((Upsample)model[7]).call(coarse);
        return Head.call(Block(9).call(cat([larger, fine], 1)), coarse).MoveToOuterDisposeScope();
    }
}

/// <summary>A convolution without bias, batch norm, SiLU.</summary>
internal sealed class ConvBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d bn;

    public ConvBlock(int input, int output, int kernel, int stride = 1) : base(nameof(ConvBlock))
    {
        conv = ResNet20.Convolution(input, output, kernel, stride);
        bn = nn.BatchNorm2d(output, eps: 1e-3, momentum: 0.03);
        RegisterComponents();
    }

    public Conv2d Conv => conv;

    public BatchNorm2d Norm => bn;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.silu(bn.call(conv.call(input))).MoveToOuterDisposeScope();
    }
}

/// <summary>Two convolutions, with a shortcut around them or without.</summary>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>
{
    private readonly ConvBlock cv1;
    private readonly ConvBlock cv2;

    public Bottleneck(int channels, bool shortcut) : base(nameof(Bottleneck))
    {
        Shortcut = shortcut;
        cv1 = new ConvBlock(channels, channels, kernel: 3);
        cv2 = new ConvBlock(channels, channels, kernel: 3);
        RegisterComponents();
    }

    public bool Shortcut { get; }

    public ConvBlock First => cv1;

    public ConvBlock Second => cv2;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = cv2.call(cv1.call(input));
        return (Shortcut ? input + x : x).MoveToOuterDisposeScope();
    }
}

/// <summary>Half of the channels go through bottlenecks, one after another; all of their outputs are kept and mixed.</summary>
internal sealed class C2f : nn.Module<Tensor, Tensor>
{
    private readonly ConvBlock cv1;
    private readonly ConvBlock cv2;
    private readonly ModuleList<Bottleneck> m;

    public C2f(int input, int output, int blocks, bool shortcut) : base(nameof(C2f))
    {
        int half = output / 2;
        cv1 = new ConvBlock(input, output, kernel: 1);
        cv2 = new ConvBlock((2 + blocks) * half, output, kernel: 1);
        m = nn.ModuleList([.. Enumerable.Range(0, blocks).Select(_ => new Bottleneck(half, shortcut))]);
        RegisterComponents();
    }

    public ConvBlock Before => cv1;

    public ConvBlock After => cv2;

    public IReadOnlyList<Bottleneck> Blocks => [.. m];

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [.. cv1.call(input).chunk(2, 1)];
        foreach (Bottleneck block in m)
        {
            parts.Add(block.call(parts[^1]));
        }
        return cv2.call(cat(parts, 1)).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The head: of each scale a branch for boxes, <c>cv2</c>, and one for classes, <c>cv3</c>; each is two blocks and a convolution with bias.
/// </summary>
internal sealed class DetectorBranches : nn.Module<Tensor, Tensor, Tensor>
{
    private const int ForBoxes = 24, ForClasses = 40;

    private readonly ModuleList<Sequential> cv2;
    private readonly ModuleList<Sequential> cv3;

    public DetectorBranches(int classCount, params int[] channels) : base("Detect")
    {
        cv2 = nn.ModuleList([.. channels.Select(input => Branch(input, ForBoxes, 4 * SmallDetector.Bins, bias: 1))]);
        // At first one candidate in a hundred is taken for an object: Lin et al., "Focal Loss for Dense Object Detection", 2017.
        cv3 = nn.ModuleList([.. channels.Select(input => Branch(input, ForClasses, classCount, bias: -Math.Log(99)))]);
        RegisterComponents();
    }

    public IReadOnlyList<Sequential> Boxes => [.. cv2];

    public IReadOnlyList<Sequential> Classes => [.. cv3];

    public override Tensor forward(Tensor fine, Tensor coarse)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] scales = [fine, coarse];
        return cat([.. scales.Select((scale, i) => cat([cv2[i].call(scale), cv3[i].call(scale)], 1).flatten(2))], 2)
            .MoveToOuterDisposeScope();
    }

    private static Sequential Branch(int input, int hidden, int output, double bias)
    {
        Conv2d last = nn.Conv2d(hidden, output, 1);
        nn.init.constant_(last.bias!, bias);
        return nn.Sequential(
            ("0", new ConvBlock(input, hidden, kernel: 3)), ("1", new ConvBlock(hidden, hidden, kernel: 3)), ("2", last));
    }
}
