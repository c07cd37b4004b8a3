using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Runtime;

namespace EasyExplain.Audit;

/// <summary>A picture that is to be written.</summary>
/// <param name="Style">What it shows.</param>
/// <param name="Path">Its file.</param>
/// <param name="Note">What it says about itself, see <see cref="FinishedPhotos.NoteOf"/>.</param>
internal sealed record PictureOrder(OverlayStyle Style, string Path, string Note);

/// <summary>What became of a picture.</summary>
/// <param name="Result">What it shows.</param>
/// <param name="Path">Its file; null where it was not even drawn.</param>
/// <param name="Error">What went wrong; null where the file is there.</param>
internal sealed record WrittenPicture(ICamResult Result, string? Path, Exception? Error);

/// <summary>Draws and writes pictures beside the network, which goes on with the next photos meanwhile.</summary>
/// <param name="look">What pictures look like.</param>
/// <param name="format">The format of their files.</param>
/// <param name="overwrite">Whether a file that exists gives way; else it is an error.</param>
internal sealed class PictureWriter(CamPicture look, ImageFormat format, bool overwrite) : IDisposable
{
    private const int MostPending = 2; // results whose pictures are written while the next ones are made

    private readonly Beside<List<WrittenPicture>> _writing = new();
    private volatile bool _stopped;

    /// <summary>Begins with the pictures of one more result.</summary>
    public void Start(ICamResult result, IReadOnlyList<PictureOrder> pictures) => _writing.Start(() => Write(result, pictures));

    /// <summary>What is done, in the order it was asked for; it waits where there would be too much for one more to start.</summary>
    public IEnumerable<WrittenPicture> MakeRoom() => Next(() => _writing.IsReady || _writing.Count >= MostPending);

    /// <summary>All that is not yet told of; it waits for it.</summary>
    public IEnumerable<WrittenPicture> Finish() => Next(() => _writing.Count > 0);

    /// <summary>Begins no further picture; from any thread.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Waits for the pictures that are being written.</summary>
    public void Dispose() => _writing.Dispose();

    private IEnumerable<WrittenPicture> Next(Func<bool> more)
    {
        while (more())
        {
            foreach (WrittenPicture picture in _writing.Next())
            {
                yield return picture;
            }
        }
    }

    private List<WrittenPicture> Write(ICamResult result, IReadOnlyList<PictureOrder> pictures)
    {
        var done = new List<WrittenPicture>();
        foreach ((OverlayStyle style, string path, string note) in pictures)
        {
            if (_stopped)
            {
                break;
            }
            Photo drawn;
            try
            {
                drawn = result.Draw(look, style);
            }
            catch (Exception e)
            {
                done.Add(new WrittenPicture(result, null, e));
                break; // the other styles need the same photo
            }
            done.Add(new WrittenPicture(result, path, Save(drawn, path, note)));
        }
        return done;
    }

    private Exception? Save(Photo drawn, string path, string note)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ImageEncoder.Save(drawn, path, format, overwrite: overwrite, note: note);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
