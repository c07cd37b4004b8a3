using System.Globalization;

namespace EasyExplain.Training;

/// <summary>What the command line says.</summary>
internal sealed record TrainingOptions
{
    public const string Help =
        """
        Trains ResNet-20 (He et al. 2016, for images of 32 x 32) and writes its weights as safetensors.

          --train <folder|zip>   images in folders named after their classes; not needed for --epochs 0
          --test <folder|zip>    the same, for the accuracy
          --output <file>        the weights, as float16 safetensors that say themselves what they are
          --float32              write them as float32
          --epochs <n>           rounds through the training images (default 20); 0 only tests and writes
          --init <file>          start from these weights (safetensors or .pth) instead of random ones
          --batch <n>            images a step (default 256)
          --lr <x>               the highest learning rate (default 0.4)
          --seed <n>             of every random choice (default 1)
          --threads <n>          for the arithmetic (default: one a core)
          --limit <n>            train on this many images only, chosen at random
        """;

    public string? Train { get; private init; }

    public required string Test { get; init; }

    public required string Output { get; init; }

    public bool Float32 { get; private init; }

    public int Epochs { get; private init; } = 20;

    public string? Init { get; private init; }

    public int Batch { get; private init; } = 256;

    public double LearningRate { get; private init; } = 0.4;

    public int Seed { get; private init; } = 1;

    public int? Threads { get; private init; }

    public int? Limit { get; private init; }

    /// <exception cref="ArgumentException">An option is unknown, lacks its value, has an impossible one, or is missing.</exception>
    public static TrainingOptions Parse(string[] args)
    {
        var options = new TrainingOptions { Test = "", Output = "" };
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? name))
        {
            options = name switch
            {
                "--train" => options with { Train = Text(name, rest) },
                "--test" => options with { Test = Text(name, rest) },
                "--output" => options with { Output = Text(name, rest) },
                "--float32" => options with { Float32 = true },
                "--epochs" => options with { Epochs = Whole(name, rest, least: 0) },
                "--init" => options with { Init = Text(name, rest) },
                "--batch" => options with { Batch = Whole(name, rest, least: 2) },
                "--lr" => options with { LearningRate = Positive(name, rest) },
                "--seed" => options with { Seed = Whole(name, rest, least: 0) },
                "--threads" => options with { Threads = Whole(name, rest, least: 1) },
                "--limit" => options with { Limit = Whole(name, rest, least: 2) },
                _ => throw new ArgumentException($"Unknown option '{name}'; --help lists them."),
            };
        }
        return options switch
        {
            { Test: "" } => throw new ArgumentException("--test is missing: the images to measure the accuracy on."),
            { Output: "" } => throw new ArgumentException("--output is missing: the file to write."),
            { Epochs: > 0, Train: null } => throw new ArgumentException("--train is missing: the images to train on (or --epochs 0)."),
            { Epochs: 0, Init: null } => throw new ArgumentException("--init is missing: --epochs 0 needs weights to test and write."),
            _ => options,
        };
    }

    internal static string Text(string name, Queue<string> rest) =>
        rest.TryDequeue(out string? value) ? value : throw new ArgumentException($"{name} needs a value.");

    internal static int Whole(string name, Queue<string> rest, int least)
    {
        string text = Text(name, rest);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least
            ? value
            : throw new ArgumentException($"{name} is '{text}'; it must be a whole number, {least} or more.");
    }

    internal static double Positive(string name, Queue<string> rest)
    {
        string text = Text(name, rest);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0
            && double.IsFinite(value)
            ? value
            : throw new ArgumentException($"{name} is '{text}'; it must be a number above 0, such as 0.4.");
    }
}
