namespace EasyExplain.Training.Detection;

/// <summary>What the command line says of a detector.</summary>
internal sealed record DetectorOptions
{
    public const string Help =
        """
        Or, after the word 'detector', trains a small one in the shape of YOLOv8, on canvases of 128 x 128 with such images on them.

          --train <folder|zip>   images to paste while it learns; not needed for --steps 0
          --test <folder|zip>    images to paste while it is tested
          --output <file>        the weights, as safetensors
          --onnx <file>          the network as well, as Ultralytics exports YOLOv8
          --steps <n>            canvases to learn from, in batches (default 2400); 0 only tests and writes
          --init <file>          start from these weights
          --batch <n>            canvases a step (default 32)
          --lr <x>               the highest learning rate (default 0.004)
          --seed <n>             of every random choice (default 1)
          --threads <n>          for the arithmetic (default: one a core)
          --canvases <folder>    write the first test canvases and where their objects are (COCO, YOLO and Pascal VOC)
          --canvas-count <n>     how many of them (default 40)
        """;

    /// <summary>How many canvases it is tested on.</summary>
    public const int TestCount = 200;

    /// <summary>Of the canvases that it is tested on, whatever the seed it learns with.</summary>
    public const int TestSeed = 2_026;

    /// <summary>How many objects a canvas has that it is tested on.</summary>
    public const int Least = 1, Most = 4;

    public string? Train { get; private init; }

    public required string Test { get; init; }

    public string? Output { get; private init; }

    public string? Onnx { get; private init; }

    public int Steps { get; private init; } = 2400;

    public string? Init { get; private init; }

    public int Batch { get; private init; } = 32;

    public double LearningRate { get; private init; } = 0.004;

    public int Seed { get; private init; } = 1;

    public int? Threads { get; private init; }

    public string? Canvases { get; private init; }

    public int CanvasCount { get; private init; } = 40;

    /// <exception cref="ArgumentException">An option is unknown, lacks its value, has an impossible one, or is missing.</exception>
    public static DetectorOptions Parse(IEnumerable<string> args)
    {
        var options = new DetectorOptions { Test = "" };
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? name))
        {
            options = name switch
            {
                "--train" => options with { Train = TrainingOptions.Text(name, rest) },
                "--test" => options with { Test = TrainingOptions.Text(name, rest) },
                "--output" => options with { Output = TrainingOptions.Text(name, rest) },
                "--onnx" => options with { Onnx = TrainingOptions.Text(name, rest) },
                "--steps" => options with { Steps = TrainingOptions.Whole(name, rest, least: 0) },
                "--init" => options with { Init = TrainingOptions.Text(name, rest) },
                "--batch" => options with { Batch = TrainingOptions.Whole(name, rest, least: 2) },
                "--lr" => options with { LearningRate = TrainingOptions.Positive(name, rest) },
                "--seed" => options with { Seed = TrainingOptions.Whole(name, rest, least: 0) },
                "--threads" => options with { Threads = TrainingOptions.Whole(name, rest, least: 1) },
                "--canvases" => options with { Canvases = TrainingOptions.Text(name, rest) },
                "--canvas-count" => options with { CanvasCount = TrainingOptions.Whole(name, rest, least: 1) },
                _ => throw new ArgumentException($"Unknown option '{name}'; --help lists them."),
            };
        }
        return options switch
        {
            { Test: "" } => throw new ArgumentException("--test is missing: the images to paste for the test."),
            { Output: null, Canvases: null } => throw new ArgumentException("--output is missing: the file to write."),
            { Output: null } => options,
            { Steps: > 0, Train: null } => throw new ArgumentException("--train is missing: the images to paste (or --steps 0)."),
            { Steps: 0, Init: null } => throw new ArgumentException("--init is missing: --steps 0 needs weights to test and write."),
            _ => options,
        };
    }
}
