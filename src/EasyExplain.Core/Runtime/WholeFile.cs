namespace EasyExplain.Runtime;

/// <summary>Writes files that appear whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>
    /// Writes under a temporary name in the same folder, then moves the file to its own name; nothing stays behind on failure.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="overwrite">Whether a file that is there already gives way.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file exists and may not be overwritten.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, bool overwrite, Action<FileStream> write)
    {
        using var file = new UnfinishedFile(path, overwrite);
        write(file.Content);
        file.Finish();
    }
}
