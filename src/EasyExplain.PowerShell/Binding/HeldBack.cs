using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// The first image files of a run with a model that still has to see some before it can compute as it was told: all of the run are to be
/// explained alike.
/// </summary>
internal sealed class HeldBack
{
    private readonly List<string> _files = [];
    private readonly HashSet<CamModel> _over = [];

    /// <summary>The model; null where nothing is held back.</summary>
    public CamModel? Model { get; private set; }

    /// <summary>The files, in their order.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Whether files were held back for a model, and given on.</summary>
    public bool IsOver(CamModel model) => _over.Contains(model);

    /// <summary>Holds some back.</summary>
    public void Add(CamModel model, IEnumerable<string> files)
    {
        Model = model;
        _files.AddRange(files);
    }

    /// <summary>Gives them on.</summary>
    public IReadOnlyList<string> Take()
    {
        _over.Add(Model!);
        Model = null;
        string[] files = [.. _files];
        _files.Clear();
        return files;
    }
}
