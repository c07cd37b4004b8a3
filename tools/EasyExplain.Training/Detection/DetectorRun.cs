namespace EasyExplain.Training.Detection;

/// <summary>What the program does after the word 'detector'.</summary>
internal static class DetectorRun
{
    public static void Go(DetectorOptions options)
    {
        using ImageSet images = ImageSet.Load(options.Test);
        if (options.Canvases is { } folder)
        {
            const int described = 8;
            CanvasFiles.Write(folder, [.. TestCanvases(images, options.CanvasCount)], images.Classes, described);
            Console.WriteLine($"{options.CanvasCount} canvases: {folder}");
        }
        if (options.Output is not { } output)
        {
            return;
        }
        Canvas[] test = [.. TestCanvases(images, DetectorOptions.TestCount)];
        using var network = new SmallDetector(images.Classes.Count);
        if (options.Init is not null)
        {
            TrainedWeights.Load(network, options.Init);
        }
        if (options.Steps > 0)
        {
            using ImageSet train = ImageSet.Load(options.Train!);
            if (!train.Classes.SequenceEqual(images.Classes))
            {
                throw new InvalidDataException($"{options.Train} and {options.Test} do not have the same classes.");
            }
            Console.WriteLine($"{network.parameters().Sum(parameter => parameter.numel()):N0} parameters; {options.Steps} steps of " +
                $"{options.Batch} canvases with {train.Count} images, seed {options.Seed}");
            foreach (DetectorProgress now in DetectorTrainer.Train(network, train, options))
            {
                string score = now.Step % 500 == 0 ? $", {DetectorEvaluation.Score(network, test)}" : "";
                Console.WriteLine($"step {now.Step} of {options.Steps}: loss {now.Loss:F3}, {now.Time.TotalSeconds:F0} s{score}");
                if (score.Length > 0)
                {
                    TrainedWeights.Save(network, output, images.Classes); // a long run that is stopped keeps what it has
                }
            }
        }
        TrainedWeights.Save(network, output, images.Classes);
        Console.WriteLine($"on {test.Length} canvases: {DetectorEvaluation.Score(network, test)}");
        Console.WriteLine($"{new FileInfo(output).Length:N0} bytes, {output}");
        if (options.Onnx is { } onnx)
        {
            DetectorOnnx.Write(network, onnx, images.Classes);
            double difference = DetectorOnnx.Difference(network, onnx, test[..8]);
            Console.WriteLine($"{new FileInfo(onnx).Length:N0} bytes, {onnx}; ONNX Runtime and libtorch differ by {difference:G2} at most");
        }
    }

    /// <summary>The canvases of the test, which are the same for every run.</summary>
    public static IEnumerable<Canvas> TestCanvases(ImageSet images, int count) => Enumerable.Range(0, count).Select(number =>
        CanvasMaker.Make(images, DetectorOptions.TestSeed, number, DetectorOptions.Least, DetectorOptions.Most));
}
