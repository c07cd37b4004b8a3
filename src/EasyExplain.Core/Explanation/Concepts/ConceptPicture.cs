using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation.Concepts;

/// <summary>Draws concepts: each in its colour and with its number, so that nobody needs to tell colours apart.</summary>
internal static class ConceptPicture
{
    private const int MostColumns = 5;

    /// <summary>
    /// Draws one picture, at the opacity and the size that <paramref name="look"/> says; its colormap and its threshold are of no use here.
    /// </summary>
    /// <exception cref="SelectionException">Concepts have no mask.</exception>
    public static Photo Draw(CamPicture look, CamConcepts concepts, OverlayStyle style)
    {
        (Photo photo, PixelRegion region) = look.SizeFor(style, concepts.Source, concepts.Model.Preprocessing);
        ColoredMap[] maps = [.. concepts.Concepts
            .Select(concept => new ColoredMap($"{concept.Index}", concept.ConceptColor, concept.Map.ToArray()))];
        return style switch
        {
            OverlayStyle.Overlay => ColorOverlay.Mark(ColorOverlay.Blend(photo, maps, region, look.Alpha), maps, region),
            OverlayStyle.Heatmap => ColorOverlay.Blend(Photo.Black(photo.Width, photo.Height), maps, region, alpha: 1),
            OverlayStyle.Panel => Compose(concepts, photo, maps, region, look.Alpha),
            OverlayStyle.Mask => throw new SelectionException(SelectionFault.StyleNotPossible, style,
                "Concepts have no mask: there are several, and each has its place. Draw them as Overlay, Heatmap or Panel."),
            _ => throw new ArgumentOutOfRangeException(nameof(style), style, "unknown style"),
        };
    }

    private static Photo Compose(CamConcepts concepts, Photo photo, ColoredMap[] maps, PixelRegion region, double alpha)
    {
        PanelTile[] tiles =
        [
            new(Path.GetFileName(concepts.Path) ?? "input", photo),
            new($"{concepts.Layer}, all concepts", ColorOverlay.Mark(ColorOverlay.Blend(photo, maps, region, alpha), maps, region)),
            .. concepts.Concepts.Zip(maps, (concept, map) =>
            new PanelTile(TitleOf(concept), ColorOverlay.Mark(ColorOverlay.Blend(photo, [map], region, alpha), [map], region))),
        ];
        int rows = (tiles.Length + MostColumns - 1) / MostColumns;
        return Panel.Grid(tiles, (tiles.Length + rows - 1) / rows, string.Create(CultureInfo.InvariantCulture,
            $"{concepts.Predictions[0]}  ·  concepts of {concepts.Layer}, {concepts.Explained * 100:0} % of it  ·  {concepts.Model.Name}"));
    }

    private static string TitleOf(CamConcept concept) => $"{concept.Index}: " + string.Join(", ", concept.Predictions.Select(prediction =>
        string.Create(CultureInfo.InvariantCulture, $"{prediction.Label} {prediction.Probability * 100:0} %")));
}
