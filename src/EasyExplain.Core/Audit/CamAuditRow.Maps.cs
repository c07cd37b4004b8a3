using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

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

    /// <summary>
    /// The labels of the predicted classes: one of classes that exclude each other; of classes that are each there or not, those of the
    /// five most probable whose probability is at least 0.5, or else the most probable.
    /// </summary>
    internal CamList<string> Predicted => Model.Activation == Activation.Sigmoid && Predictions.Any(one => one.Probability >= 0.5)
        ? [.. Predictions.Where(one => one.Probability >= 0.5).Select(one => one.Label)]
        : [.. Predictions.Take(1).Select(one => one.Label)];

    CamModel? ICamResult.Model => null;

    Photo ICamResult.Draw(CamPicture picture, OverlayStyle style)
    {
        if (Map is not { } map)
        {
            throw new NoMapException(Path, ErrorId is null ? "the audit has no map of it." : $"it could not be explained ({ErrorId}).");
        }
        DemandUnchanged();
        _source ??= new ExplainedPhoto(Path, [.. ImageSize]);
        return picture.Draw(new DrawnMaps(
            _source, Model.Preprocessing, Maps, Fused, map,
            DrawnMaps.HeadlineOf(Label, Probability, Expected, Method, ModelName)), style);
    }

    private CamMap MapOf(StoredMap stored)
    {
        var values = new float[stored.Height, stored.Width];
        for (int i = 0; i < stored.Values.Length; i++)
        {
            values[i / stored.Width, i % stored.Width] = stored.Values[i] / 255f;
        }
        return new CamMap(stored.Layer, values, Model.Preprocessing.RegionOf(ImageSize[1], ImageSize[0]), ImageSize[1], ImageSize[0]);
    }

    /// <summary>A copy of a photo has another time, and is the same photo: then its bytes decide.</summary>
    private void DemandUnchanged()
    {
        var file = new FileInfo(Path);
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
}
