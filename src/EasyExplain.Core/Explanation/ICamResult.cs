using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>What was found out about one photo and can be drawn: an explanation, its row in an audit, or the concepts in it.</summary>
public interface ICamResult
{
    /// <summary>The photo's full path; null for an input tensor.</summary>
    string? Path { get; }

    /// <summary>The model that it was found out with; null of a row, which knows only what an audit kept of its model.</summary>
    internal CamModel? Model { get; }

    /// <summary>Draws one picture of it.</summary>
    /// <exception cref="ImageFileException">The photo can no longer be read.</exception>
    /// <exception cref="SelectionException">There is no picture of this style.</exception>
    Photo Draw(CamPicture picture, OverlayStyle style);
}
