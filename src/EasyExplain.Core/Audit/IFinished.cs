using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <summary>What earlier runs have done: pictures, or an audit file.</summary>
internal interface IFinished
{
    /// <summary>Whether everything that answers a request is there.</summary>
    bool Contains(string requestId);

    /// <summary>What there is of a request, so that it need not be explained again; null where it is not there any more.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="photo">The photo that it is about.</param>
    /// <param name="model">The model that it is about.</param>
    IReadOnlyList<CamExplanation>? Explanations(string requestId, string photo, CamModel model);
}
