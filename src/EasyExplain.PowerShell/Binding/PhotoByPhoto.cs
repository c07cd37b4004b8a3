using EasyExplain.Explanation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Holds what was found in one photo until all of it is there, to be drawn in one picture.</summary>
internal sealed class PhotoByPhoto
{
    private readonly List<ICamResult> _results = [];

    /// <summary>Takes one more result of a detector.</summary>
    /// <returns>What is complete by now: the photo before, this one, or both.</returns>
    public IEnumerable<FoundInPhoto> Add(ICamResult result)
    {
        if (_results.Count > 0 && _results[0].Path != result.Path)
        {
            yield return Rest()!;
        }
        _results.Add(result);
        if (result is CamExplanation { Request: { } request } && request.Index == request.Count - 1)
        {
            yield return Rest()!;
        }
    }

    /// <summary>The last photo; null where there is none.</summary>
    public FoundInPhoto? Rest()
    {
        FoundInPhoto? rest = _results.Count > 0 ? new FoundInPhoto([.. _results]) : null;
        _results.Clear();
        return rest;
    }
}
