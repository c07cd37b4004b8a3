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

    /// <summary>Of a detector: the photo with the boxes of what was found, numbered, without heat.</summary>
    Boxes,
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
        return style == OverlayStyle.Panel ? Panel.Compose([.. Tiles(maps, photo, region)], maps.Headline)
            : Draw(maps, style, photo, region);
    }

    /// <summary>A picture of the size that panels have, under a title.</summary>
    internal PanelTile TileOf(DrawnMaps maps, OverlayStyle style, string title)
    {
        (Photo photo, PixelRegion region) = SizeFor(OverlayStyle.Panel, maps.Source, maps.Preprocessing);
        return new PanelTile(title, Draw(maps, style, photo, region));
    }

    private Photo Draw(DrawnMaps maps, OverlayStyle style, Photo photo, PixelRegion region) => (style, maps.Map) switch
    {
        (OverlayStyle.Boxes, _) when maps is { Boxes.Count: 0, Note: null } => throw new SelectionException(
            SelectionFault.StyleNotPossible, style, $"'{maps.Source.Path}' has no boxes: Boxes is a style for what detectors found."),
        (OverlayStyle.Overlay, { } map) => WithBoxes(Blend(photo, map, region), maps),
        (OverlayStyle.Heatmap, { } map) => WithBoxes(Heat(photo, map, region), maps),
        (OverlayStyle.Mask, { } map) => Mask(photo, map, region),
        (OverlayStyle.Heatmap, null) => WithBoxes(Photo.Black(photo.Width, photo.Height), maps),
        (OverlayStyle.Mask, null) => Photo.Black(photo.Width, photo.Height),
        (OverlayStyle.Boxes or OverlayStyle.Overlay, _) => WithBoxes(photo, maps),
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "unknown style"),
    };

    /// <summary>A picture of the photo with what was found in it; each class has its colour where there are several boxes.</summary>
    private static Photo WithBoxes(Photo picture, DrawnMaps maps) => WithBoxes(picture, maps.Boxes, maps.Source.Size, maps.Note);

    /// <summary>A picture of a photo with boxes over it.</summary>
    /// <param name="picture">The whole photo at any size; unchanged.</param>
    /// <param name="boxes">The boxes, in the photo's pixels.</param>
    /// <param name="size">The photo's height and width.</param>
    /// <param name="note">A line at the top; null for none.</param>
    internal static Photo WithBoxes(Photo picture, IReadOnlyList<DrawnBox> boxes, IReadOnlyList<int> size, string? note = null)
    {
        int found = boxes.Count(box => !box.IsTruth);
        string[] kinds = [.. boxes.Where(box => !box.IsTruth).Select(box => box.Kind).Distinct().Order(StringComparer.Ordinal)];
        return BoxOverlay.Draw(picture,
        [
            .. boxes.Select(box =>
            {
                double across = (double)picture.Width / size[1], down = (double)picture.Height / size[0];
                PixelRegion part = new PixelRegion(box.Box.X, box.Box.Y, box.Box.Width, box.Box.Height).Scale(across, down);
                return new ColoredBox(part, box.Name, box.Caption)
                {
                    IsDashed = box.IsTruth,
                    Outline = box.Outline is null ? null : [.. box.Outline.Select(piece => piece.Scale(across, down))],
                    Color = found < 2 || box.IsTruth ? new(255, 255, 255)
                        : PixelColor.Distinct(Array.IndexOf(kinds, box.Kind)),
                };
            }),
        ], note);
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
        yield return new PanelTile(Path.GetFileName(maps.Source.Path) ?? "input", WithBoxes(photo, maps));
        if (maps.Map is null)
        {
            yield break;
        }
        foreach (CamMap map in maps.Layers)
        {
            yield return new PanelTile($"{map.Layer} ({map.Height}×{map.Width})", WithBoxes(Heat(photo, map, region), maps));
            yield return new PanelTile($"{map.Layer}, overlay", WithBoxes(Blend(photo, map, region), maps));
        }
        if (maps.Fused is { } fused)
        {
            yield return new PanelTile("fused", WithBoxes(Heat(photo, fused, region), maps));
            yield return new PanelTile("fused, overlay", WithBoxes(Blend(photo, fused, region), maps));
        }
        yield return new PanelTile(string.Create(CultureInfo.InvariantCulture, $"mask ≥ {Threshold}"),
            WithBoxes(Mask(photo, maps.Map, region), maps));
        if (maps.Map.IsSigned)
        {
            yield return new PanelTile(string.Create(CultureInfo.InvariantCulture, $"mask ≤ {-Threshold}"),
                WithBoxes(Overlay.Mask(photo.Width, photo.Height, Negated(maps.Map), region, Threshold), maps));
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
