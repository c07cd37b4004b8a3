using System.Management.Automation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// Files of which each may be bad by itself: of several, or of those that are piped in, that is an error each; one that is named alone ends
/// the command.
/// </summary>
/// <param name="cmdlet">Whose errors they are.</param>
/// <param name="paths">What names them.</param>
internal sealed class SeveralFiles(PSCmdlet cmdlet, IReadOnlyList<string> paths)
{
    private bool _several = paths.Count > 1 || cmdlet.MyInvocation.ExpectingInput;

    /// <summary>The files that the paths stand for.</summary>
    public IEnumerable<string> Files(Func<string, IReadOnlyList<string>> matching)
    {
        foreach (string path in paths)
        {
            IReadOnlyList<string> files = Try(path, () => matching(path)) ?? [];
            _several |= files.Count > 1;
            foreach (string file in files)
            {
                yield return file;
            }
        }
    }

    /// <summary>What comes of one file; null where nothing does, and where it is bad: then an error was written.</summary>
    public T? Try<T>(string file, Func<T?> work)
        where T : class
    {
        try
        {
            return _several ? work() : cmdlet.OrFatal(file, work);
        }
        catch (Exception e) when (_several && Errors.IsAboutOneModel(e) && Errors.Fatal(e, file) is { } record)
        {
            cmdlet.WriteError(record);
            return null;
        }
    }
}
