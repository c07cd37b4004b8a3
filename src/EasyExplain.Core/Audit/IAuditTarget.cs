using EasyExplain.Explanation;

namespace EasyExplain.Audit;

/// <summary>A file that takes what was found out about images, as it comes.</summary>
internal interface IAuditTarget : IDisposable
{
    /// <summary>Takes an explanation.</summary>
    void Add(CamExplanation explanation);

    /// <summary>Takes a row of an audit file.</summary>
    void Add(CamAuditRow row);

    /// <summary>Takes an image that could not be explained.</summary>
    void Add(FailedImage failed);

    /// <summary>Brings the file to its end. Without this nothing is left of a table, and of an audit file the rows so far.</summary>
    void Finish();
}
