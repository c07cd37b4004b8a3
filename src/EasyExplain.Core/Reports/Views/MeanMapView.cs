using EasyExplain.Audit.Findings;
using EasyExplain.Imaging;

namespace EasyExplain.Reports.Views;

/// <summary>Where the heat of a finding's images is on average, and where that of the class's other images is.</summary>
internal static class MeanMapView
{
    private const int LongSide = 64; // pixels

    /// <summary>Pictures with captions; none of a single image, or without maps.</summary>
    public static IReadOnlyList<object> Of(CamIssue issue, ClassMaps? maps)
    {
        if (issue.Count < 2)
        {
            return [];
        }
        (MeanMap? own, MeanMap? others) = (maps ?? new ClassMaps()).Apart(issue.Members);
        if (own is null)
        {
            return [];
        }
        float highest = Math.Max(Highest(own), others is null ? 0 : Highest(others)); // colours mean the same in both
        object of = View(own, highest, $"The mean map of these {Wording.Images(own.Count)}");
        return others is null ? [of] : [of, View(others, highest, $"The mean map of the class’s {Others(others.Count)}")];
    }

    private static string Others(int count) => count == 1 ? "other image" : $"other {Wording.Images(count)}";

    private static object View(MeanMap mean, float highest, string caption)
    {
        float[,] map = mean.ToArray();
        string place = Places.Of([.. map.Cast<float>().Select(heat => (double)heat)], mean.Height, mean.Width);
        for (int cell = 0; cell < map.Length; cell++)
        {
            map[cell / mean.Width, cell % mean.Width] /= Math.Max(highest, 1e-6f);
        }
        double longer = Math.Max(mean.Height, mean.Width);
        int width = (int)Math.Ceiling(LongSide * mean.Width / longer), height = (int)Math.Ceiling(LongSide * mean.Height / longer);
        Photo picture = Overlay.Heatmap(width, height, map, PixelRegion.Whole(width, height), Colormap.Jet);
        return new
        {
            Source = "data:image/png;base64," + Convert.ToBase64String(ImageEncoder.Bytes(picture, ImageFormat.Png, quality: 100)),
            Width = Links.Number(2 * width),
            Height = Links.Number(2 * height),
            Caption = caption,
            Heat = place switch
            {
                "" => "No heat anywhere",
                "everywhere" => "Heat everywhere",
                _ => $"Most heat in the {place}",
            },
        };
    }

    private static float Highest(MeanMap mean) => mean.ToArray().Cast<float>().Max();
}
