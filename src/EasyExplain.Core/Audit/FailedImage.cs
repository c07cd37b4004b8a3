using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <summary>An image that could not be explained.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Request">What was asked of it, see <see cref="Choices.IdOf"/>; null where there is no such file.</param>
/// <param name="Model">The model that was to explain it.</param>
/// <param name="Method">The method, of several with commas between.</param>
/// <param name="Layers">The layers' names.</param>
/// <param name="ErrorId">What kind of error it is.</param>
/// <param name="Message">The error's message.</param>
/// <param name="Question">What was asked, whatever the image, see <see cref="Choices.Question"/>.</param>
internal sealed record FailedImage(
    string Path, string? Request, CamModel Model, string Method, IReadOnlyList<string> Layers, string ErrorId, string Message,
    string Question)
{
    /// <summary>Its row in an audit; the file's name is the full path.</summary>
    public CamAuditRow ToRow()
    {
        var file = PhotoFile.At(Path);
        return new CamAuditRow(AuditedModel.Of(Model))
        {
            Path = file.FullName,
            File = file.FullName,
            Length = file.Exists ? file.Length : 0,
            Modified = file.Exists ? file.LastWriteTimeUtc : default,
            Method = Method,
            Layers = [.. Layers],
            ErrorId = ErrorId,
            Error = Message,
            Request = new Request(Request ?? "", 0, 1) { Question = Question },
        };
    }
}
