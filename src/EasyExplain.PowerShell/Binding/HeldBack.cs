using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// The first image files of a run with a model that still has to see some before it can compute as it was told: all of the run are to be
/// explained alike.
/// </summary>
internal sealed class HeldBack
{
    private readonly List<NamedPhotos> _photos = [];
    private readonly HashSet<CamModel> _over = [];

    /// <summary>The model; null where nothing is held back.</summary>
    public CamModel? Model { get; private set; }

    /// <summary>The first so many of them, or all, without those that cannot be had.</summary>
    public IReadOnlyList<string> First(int count) =>
        [.. _photos.SelectMany(photos => photos).Where(photo => photo.Error is null).Select(photo => photo.Path).Take(count)];

    /// <summary>Whether files were held back for a model, and given on.</summary>
    public bool IsOver(CamModel model) => _over.Contains(model);

    /// <summary>Holds some back.</summary>
    public void Add(CamModel model, NamedPhotos photos)
    {
        Model = model;
        _photos.Add(photos);
    }

    /// <summary>Gives them on.</summary>
    public IReadOnlyList<NamedPhotos> Take()
    {
        _over.Add(Model!);
        Model = null;
        NamedPhotos[] photos = [.. _photos];
        _photos.Clear();
        return photos;
    }
}
