using EasyExplain.Runtime;
using EasyExplain.Training;
using EasyExplain.Training.Detection;
using EasyExplain.Weights;
using TorchSharp;

if (args is [] or ["--help" or "-h"])
{
    Console.WriteLine(TrainingOptions.Help + "\n\n" + DetectorOptions.Help);
    return 0;
}
try
{
    if (args is ["detector", .. var rest])
    {
        var detector = DetectorOptions.Parse(rest);
        Prepare(detector.Threads, detector.Seed);
        DetectorRun.Go(detector);
        return 0;
    }
    Run(TrainingOptions.Parse(args));
    return 0;
}
catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException
    or WeightFileException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static void Prepare(int? threads, int seed)
{
    NativeLibraries.LoadTorch();
    if (threads is { } number)
    {
        torch.set_num_threads(number);
    }
    torch.manual_seed(seed);
}

static void Run(TrainingOptions options)
{
    Prepare(options.Threads, options.Seed);

    using ImageSet test = ImageSet.Load(options.Test);
    using var network = new ResNet20(test.Classes.Count);
    if (options.Init is not null)
    {
        TrainedWeights.Load(network, options.Init);
    }
    if (options.Epochs > 0)
    {
        using ImageSet train = ImageSet.Load(options.Train!, options.Limit, options.Seed);
        if (!train.Classes.SequenceEqual(test.Classes))
        {
            throw new InvalidDataException(
                $"{options.Train} has the classes {string.Join(", ", train.Classes)}, " +
                $"{options.Test} has {string.Join(", ", test.Classes)}; they must be the same.");
        }
        Console.WriteLine($"training on {train.Count} images of {train.Classes.Count} classes, testing on {test.Count}, seed " +
            $"{options.Seed}");
        foreach (EpochResult epoch in Trainer.Train(network, train, options))
        {
            double accuracy = Evaluation.Accuracy(network, test);
            // A long run that is stopped keeps what it has.
            TrainedWeights.Save(network, options.Output, test.Classes, half: !options.Float32);
            Console.WriteLine(
                $"epoch {epoch.Number} of {options.Epochs}: loss {epoch.Loss:F3}, train {epoch.Accuracy:P2}, test {accuracy:P2}, " +
                $"{epoch.Time.TotalSeconds:F0} s");
        }
    }
    Console.WriteLine($"test accuracy in float32: {Evaluation.Accuracy(network, test):P2} of {test.Count} images");

    TrainedWeights.Save(network, options.Output, test.Classes, half: !options.Float32);
    // What counts is the file: it is read back and tested.
    TrainedWeights.Load(network, options.Output);
    long bytes = new FileInfo(options.Output).Length;
    Console.WriteLine($"test accuracy as written: {Evaluation.Accuracy(network, test):P2}, {bytes:N0} bytes, {options.Output}");
}
