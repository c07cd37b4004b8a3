using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests;
using EasyExplain.Weights;

namespace EasyExplain.Benchmarks.Shards;

/// <summary>
/// Measures what an image costs, computes from that what millions cost on a cluster, and simulates how many shards are best: the second
/// half of <c>docs/scaling.md</c>.
/// </summary>
internal static class ShardsRun
{
    /// <summary>How many images a task has more or less for a table of findings; see <see cref="IssueRows"/>.</summary>
    private const int FewRows = 2_000, ManyRows = 20_000;

    /// <summary>Does it all; gives the program's exit code.</summary>
    public static int Measure()
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") != "1")
        {
            Console.Error.WriteLine("--shards counts processor time, which is a core's time with one thread only: set OMP_NUM_THREADS=1.");
            return 2;
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-shards-");
        try
        {
            string text = Measured(folder);
            MeasuredBlock.WriteInto(Path.Combine(Repository.Root, "docs", "scaling.md"), "--shards", text);
            Console.WriteLine(text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static string Measured(DirectoryInfo folder)
    {
        string small = Path.Combine(folder.FullName, "small.jpg"), large = Path.Combine(folder.FullName, "large.jpg");
        string weights = Path.Combine(folder.FullName, "resnet50.safetensors");
        Photo cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));
        ImageEncoder.Save(PhotoResizer.ScaleTo(cat, 32), small, ImageFormat.Jpeg);
        ImageEncoder.Save(PhotoResizer.ScaleTo(cat, 500), large, ImageFormat.Jpeg); // the longer side of most of ImageNet's
        StageCosts[] stages;
        using (CamModel bundled = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { }))
        using (var resnet = new Subject("resnet50"))
        {
            SafetensorsWriter.Write(weights,
                resnet.Model.Network.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
            stages = [StageCosts.Measure(bundled, small, folder.CreateSubdirectory("a").FullName),
                StageCosts.Measure(resnet.Model, large, folder.CreateSubdirectory("b").FullName)];
        }
        Console.Error.WriteLine("stages: measured");
        AuditCosts[] audits = [
            AuditCosts.Measure("bundled model, 32 × 32 pixels", null, small, 8 * 8, 1010, folder.CreateSubdirectory("c")),
            AuditCosts.Measure("ResNet-50, 500 × 375 pixels", weights, large, 7 * 7, 110, folder.CreateSubdirectory("d"))];
        Console.Error.WriteLine("audits: measured");
        double line = ListCost.Measure(folder.FullName), finding = (FindingBytes(ManyRows) - FindingBytes(FewRows)) / (ManyRows - FewRows);
        return ShardTables.Of(stages, audits, line, finding);
    }

    private static double FindingBytes(int rows)
    {
        using System.Diagnostics.Process child = ThisProgram.Start(IssueRows.Argument,
            rows.ToString(System.Globalization.CultureInfo.InvariantCulture));
        string[] said = child.StandardOutput.ReadToEnd().Split(' ');
        child.WaitForExit();
        return double.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
