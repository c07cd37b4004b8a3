using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>What a picture of an explanation shows.</summary>
public enum OverlayStyle
{
    /// <summary>The photo with the heat of the map over it.</summary>
    Overlay,

    /// <summary>The map alone, in colours.</summary>
    Heatmap,

    /// <summary>White where the map reaches the threshold, else black. Of a map with signs, that is what speaks for the class.</summary>
    Mask,

    /// <summary>
    /// All of it side by side: photo, a heat map and an overlay for each layer, the fused one, the mask (of a map with signs a second one,
    /// of what speaks against the class), with titles.
    /// </summary>
    Panel,
}

/// <summary>Draws explanations.</summary>
/// <param name="Alpha">The opacity of the heat, 0 (only the photo) to 1.</param>
/// <param name="Colormap">matplotlib's name; null for jet, and for seismic where a map has signs.</param>
/// <param name="Threshold">From which value on, 0 to 1, the mask is white.</param>
/// <param name="MaxSize">The longer side of a picture at most, in pixels; no photo is enlarged.</param>
public sealed record CamPicture(double Alpha, Colormap? Colormap, double Threshold, int MaxSize)
{
    /// <summary>The longer side of a picture where nobody asks for another.</summary>
    internal const int UsualMaxSize = 1024;

    /// <summary>
    /// Decodes a photo as large as a model and a picture of the usual size need it; for a larger one it is decoded again.
    /// </summary>
    /// <exception cref="ImageFileException">The file is not a picture that can be read.</exception>
    internal static Photo Decode(string path, CamModel model) =>
        ImageDecoder.DecodeFor(path, UsualMaxSize, model.Preprocessing.SufficientSide);

    /// <summary>Draws one picture, as large as the photo up to <see cref="MaxSize"/>; a panel has its own size.</summary>
    /// <exception cref="ImageFileException">The photo can no longer be read.</exception>
    public Photo Draw(CamExplanation explanation, OverlayStyle style) => Draw(DrawnMaps.Of(explanation), style);

    /// <inheritdoc cref="Draw(CamExplanation, OverlayStyle)"/>
    internal Photo Draw(DrawnMaps maps, OverlayStyle style)
    {
        (Photo photo, PixelRegion region) = SizeFor(style, maps.Source, maps.Preprocessing);
        return style switch
        {
            OverlayStyle.Overlay => Blend(photo, maps.Map, region),
            OverlayStyle.Heatmap => Heat(photo, maps.Map, region),
            OverlayStyle.Mask => Mask(photo, maps.Map, region),
            OverlayStyle.Panel => Panel.Compose([.. Tiles(maps, photo, region)], maps.Headline),
            _ => throw new ArgumentOutOfRangeException(nameof(style), style, "unknown style"),
        };
    }

    /// <summary>A photo at the size it is drawn in, and the part of it that the model saw.</summary>
    internal (Photo Photo, PixelRegion Region) SizeFor(OverlayStyle style, ExplainedPhoto explained, Preprocessing preprocessing)
    {
        // A panel is drawn at its tiles' size: cheaper for a large photo, and sharper for one of 32×32 pixels.
        Photo original = explained.Get(style == OverlayStyle.Panel ? Panel.LargestTile : MaxSize);
        Photo photo = style == OverlayStyle.Panel ? PhotoResizer.ScaleTo(original, Panel.LargestTile)
            : PhotoResizer.FitWithin(original, MaxSize);
        int width = original.OriginalWidth, height = original.OriginalHeight;
        return (photo, preprocessing.RegionOf(width, height).Scale((double)photo.Width / width, (double)photo.Height / height));
    }

    private IEnumerable<PanelTile> Tiles(DrawnMaps maps, Photo photo, PixelRegion region)
    {
        yield return new PanelTile(Path.GetFileName(maps.Source.Path) ?? "input", photo);
        foreach (CamMap map in maps.Layers)
        {
            yield return new PanelTile($"{map.Layer} ({map.Height}×{map.Width})", Heat(photo, map, region));
            yield return new PanelTile($"{map.Layer}, overlay", Blend(photo, map, region));
        }
        if (maps.Fused is { } fused)
        {
            yield return new PanelTile("fused", Heat(photo, fused, region));
            yield return new PanelTile("fused, overlay", Blend(photo, fused, region));
        }
        yield return new PanelTile(string.Create(CultureInfo.InvariantCulture, $"mask ≥ {Threshold}"),
            Mask(photo, maps.Map, region));
        if (maps.Map.IsSigned)
        {
            yield return new PanelTile(string.Create(CultureInfo.InvariantCulture, $"mask ≤ {-Threshold}"),
                Overlay.Mask(photo.Width, photo.Height, Negated(maps.Map), region, Threshold));
        }
    }

    private static float[,] Negated(CamMap map)
    {
        float[,] values = map.ToArray();
        for (int y = 0; y < map.Height; y++)
        {
            for (int x = 0; x < map.Width; x++)
            {
                values[y, x] = -values[y, x];
            }
        }
        return values;
    }

    private Colormap ColorsOf(CamMap map) => Colormap ?? (map.IsSigned ? Imaging.Colormap.Seismic : Imaging.Colormap.Jet);

    private Photo Blend(Photo photo, CamMap map, PixelRegion region) =>
        Overlay.Blend(photo, map.ToArray(), region, ColorsOf(map), Alpha, map.IsSigned);

    private Photo Heat(Photo photo, CamMap map, PixelRegion region) =>
        Overlay.Heatmap(photo.Width, photo.Height, map.ToArray(), region, ColorsOf(map), map.IsSigned);

    private Photo Mask(Photo photo, CamMap map, PixelRegion region) =>
        Overlay.Mask(photo.Width, photo.Height, map.ToArray(), region, Threshold);
}
