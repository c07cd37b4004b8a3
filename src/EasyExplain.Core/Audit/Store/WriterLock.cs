namespace EasyExplain.Audit.Store;

/// <summary>
/// Lets one process at a time write an audit file. The system holds the lock, on a file beside it, and lets go of it when the process ends,
/// however it does.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    // What Windows, and then Linux and macOS, say of a file that somebody has locked.
    private static readonly int[] Locked = [32, 33, 11, 35];

    private readonly FileStream _file;

    private WriterLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null where another has it.</summary>
    /// <param name="path">The audit file.</param>
    /// <exception cref="AuditFileException">No file can be made beside it.</exception>
    public static WriterLock? Take(string path)
    {
        string beside = path + "-writer";
        while (true)
        {
            try
            {
                var file = new FileStream(
                    beside, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                if (File.Exists(beside))
                {
                    return new WriterLock(file);
                }
                file.Dispose(); // it was the one that the last writer has just deleted
            }
            catch (IOException e) when (Locked.Contains(e.HResult & 0xFFFF))
            {
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new AuditFileException(AuditFileFault.Unusable, path, $"cannot be written: {e.Message.TrimEnd('.')}.", e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
