using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// The first image files of a run with a model that still has to see some before it can compute as it was told: all of the run are to be
/// explained alike.
/// </summary>
internal sealed class HeldBack
{
    private readonly List<NamedPhotos> _photos = [];
    private readonly List<string> _first = [];
    private readonly HashSet<CamModel> _over = [];

    /// <summary>The model; null where nothing is held back.</summary>
    public CamModel? Model { get; private set; }

    /// <summary>The first of them, without those that cannot be had.</summary>
    public IReadOnlyList<string> First => _first;

    /// <summary>Whether files were held back for a model, and given on.</summary>
    public bool IsOver(CamModel model) => _over.Contains(model);

    /// <summary>Holds some back.</summary>
    /// <param name="model">The model.</param>
    /// <param name="photos">The files.</param>
    /// <param name="most">How many are wanted as <see cref="First"/> at most: no more are looked for, such as in an archive.</param>
    public void Add(CamModel model, NamedPhotos photos, int most)
    {
        Model = model;
        _photos.Add(photos);
        _first.AddRange(photos.Where(photo => photo.Error is null).Select(photo => photo.Path).Take(most - _first.Count));
    }

    /// <summary>Gives them on.</summary>
    public IReadOnlyList<NamedPhotos> Take()
    {
        _over.Add(Model!);
        Model = null;
        NamedPhotos[] photos = [.. _photos];
        _photos.Clear();
        _first.Clear();
        return photos;
    }
}
