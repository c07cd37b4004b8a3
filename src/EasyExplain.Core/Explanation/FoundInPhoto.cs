using EasyExplain.Audit;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>All that was found in one photo, to be drawn together.</summary>
/// <param name="results">Explanations or rows of one photo, at least one, each of a detector.</param>
internal sealed class FoundInPhoto(IReadOnlyList<ICamResult> results) : ICamResult
{
    /// <summary>The explanations or rows, in the order that they came in.</summary>
    public IReadOnlyList<ICamResult> Results { get; } = results;

    /// <inheritdoc/>
    public string? Path => Results[0].Path;

    /// <summary>The methods, joined by +.</summary>
    public string Method => string.Join('+', Results.Select(MethodOf).Distinct());

    CamModel? ICamResult.Model => Results[0].Model;

    /// <summary>Whether a style shows all of a photo's detections in one picture.</summary>
    public static bool ShowsAll(OverlayStyle style) => style is OverlayStyle.Panel or OverlayStyle.Boxes;

    /// <summary>Whether a result is of a detector.</summary>
    public static bool IsOne(ICamResult result) => result switch
    {
        CamExplanation explanation => explanation.Box is not null || !explanation.Found,
        CamAuditRow row => row.Detected is not null,
        _ => false,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{System.IO.Path.GetFileName(Path) ?? "tensor"}: {Results.Count} found ({Method})";

    /// <inheritdoc/>
    public Photo Draw(CamPicture picture, OverlayStyle style)
    {
        DrawnMaps[] all = [.. Results.Select(Drawn)];
        // Of several methods, each detection is there once for each.
        DrawnBox[] boxes = [.. all.SelectMany(one => one.Boxes).DistinctBy(box => (box.Box, box.Caption))];
        DrawnMaps whole = all[0] with { Boxes = boxes, Note = boxes.Length == 0 ? DrawnMaps.NothingFound : null };
        if (style != OverlayStyle.Panel)
        {
            return picture.Draw(whole, OverlayStyle.Boxes);
        }
        bool severalMethods = Results.Select(MethodOf).Distinct().Count() > 1;
        PanelTile[] tiles =
        [
            picture.TileOf(whole, OverlayStyle.Boxes, System.IO.Path.GetFileName(Path) ?? "input"),
            .. all.Zip(Results).Where(one => one.First.Map is not null).Select(one => picture.TileOf(one.First, OverlayStyle.Overlay,
                one.First.Boxes[0].Caption + (severalMethods ? $", {MethodOf(one.Second)}" : ""))),
        ];
        string model = Results[0] switch { CamExplanation one => one.ModelName, CamAuditRow row => row.ModelName, _ => "" };
        int count = boxes.Count(box => !box.IsTruth);
        return Panel.Grid(tiles, Math.Min(tiles.Length, 5),
            $"{(count == 0 ? DrawnMaps.NothingFound : $"{count} found")}  ·  {Method}  ·  {model}");
    }

    private static DrawnMaps Drawn(ICamResult result) => result is CamAuditRow row ? row.Drawn() : DrawnMaps.Of((CamExplanation)result);

    private static string MethodOf(ICamResult result) => result is CamAuditRow row ? row.Method : ((CamExplanation)result).Method;
}
