using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <content>The maps, and their pictures: drawn without the model, of what the audit kept.</content>
public sealed partial record CamAuditRow
{
    private ExplainedPhoto? _source;

    // Properties in PowerShell, too: see EasyExplain.Types.ps1xml.

    /// <summary>A map for each layer, in their order; none of an error.</summary>
    internal CamList<CamMap> Maps => [.. StoredMaps.Take(Layers.Count).Select(MapOf)];

    /// <summary>The maps of all layers in one; null where there are not several.</summary>
    internal CamMap? Fused => StoredMaps.Count > Layers.Count ? MapOf(StoredMaps[^1]) : null;

    /// <summary>The map that stands for the whole explanation: the fused one, or the only one; null where there is none.</summary>
    internal CamMap? Map => StoredMaps.Count > 0 ? MapOf(StoredMaps[^1]) : null;

    /// <summary>The labels of the predicted classes, as <see cref="CamExplanation.Predicted"/> has them.</summary>
    internal CamList<string> Predicted => [.. PredictedClasses.Select(Model.LabelOf)];

    CamModel? ICamResult.Model => null;

    Photo ICamResult.Draw(CamPicture picture, OverlayStyle style) => picture.Draw(Drawn(), style);

    /// <summary>What a picture of it shows.</summary>
    /// <exception cref="NoMapException">It has no map, though something was found.</exception>
    /// <exception cref="FileNotFoundException">The photo is gone.</exception>
    /// <exception cref="PhotoChangedException">It has changed.</exception>
    internal DrawnMaps Drawn()
    {
        if (ErrorId is not null || (Found && (StoredMaps.Count < Layers.Count || StoredMaps.Count == 0)) || ImageSize.Count != 2)
        {
            throw new NoMapException(Path, ErrorId is null ? "the audit has no map of it." : $"it could not be explained ({ErrorId}).");
        }
        DemandUnchanged();
        _source ??= new ExplainedPhoto(Path, [.. ImageSize]);
        string said = Verdict == DetectionVerdict.Missed ? $"{Truth}, missed" : DrawnMaps.Said(Found, Detection, Label);
        return new DrawnMaps(_source, Model.Preprocessing, Found ? Maps : [], Found ? Fused : null, Found ? Map : null,
            DrawnMaps.HeadlineOf(said, Probability, Expected, Method, ModelName))
        {
            Boxes = DrawnMaps.BoxesOf(this),
            Note = Found || TruthBox is not null ? null : DrawnMaps.NothingFound,
        };
    }

    /// <summary>Refuses a photo that is not the explained one: a map over it would lie.</summary>
    /// <remarks>A copy of a photo has another time, and is the same photo: then its bytes decide.</remarks>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="PhotoChangedException">It has changed.</exception>
    internal void DemandUnchanged()
    {
        var file = PhotoFile.At(Path);
        if (!file.Exists)
        {
            throw new FileNotFoundException($"'{Path}' is no longer there, so its map cannot be drawn over it.", Path);
        }
        if (file.Length != Length)
        {
            throw new PhotoChangedException(Path, $"it had {Length} bytes and has {file.Length}");
        }
        if (file.LastWriteTimeUtc != Modified && FileHash.Of(Path) != Hash)
        {
            throw new PhotoChangedException(Path, "its bytes are others");
        }
    }

    private CamMap MapOf(StoredMap stored)
    {
        (int height, int width) = (ImageSize[0], ImageSize[1]);
        return stored.ToMap(Model.Preprocessing.RegionOf(width, height), width, height);
    }
}
