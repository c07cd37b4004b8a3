namespace EasyExplain.Runtime;

/// <summary>
/// A file that appears whole or not at all: it is written under a temporary name in the same folder, and moved to its own name in the end.
/// </summary>
internal sealed class UnfinishedFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private bool _finished;

    /// <summary>Begins it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="overwrite">Whether a file that is there in the end gives way.</param>
    /// <exception cref="IOException">The folder is missing, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public UnfinishedFile(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        // A name of its own, and short: one made of the target's might be too long.
        _temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path, $".{Path.GetRandomFileName()}");
        Content = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write);
    }

    /// <summary>What takes the content.</summary>
    public FileStream Content { get; }

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="IOException">The disk is full, or the file exists and may not be overwritten.</exception>
    public void Finish()
    {
        Content.Dispose();
        File.Move(_temporary, _path, _overwrite);
        _finished = true;
    }

    /// <summary>Leaves nothing behind of a file that was not finished.</summary>
    public void Dispose()
    {
        try
        {
            Content.Dispose();
        }
        catch (IOException) when (!_finished)
        {
            // On a full disk, what is left in its buffer cannot be written; it is not wanted any more.
        }
        finally
        {
            if (!_finished)
            {
                File.Delete(_temporary);
            }
        }
    }
}
