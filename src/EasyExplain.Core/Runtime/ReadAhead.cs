namespace EasyExplain.Runtime;

/// <summary>Files in their order, the next ones read beside the caller's own thread.</summary>
/// <param name="files">The files.</param>
/// <param name="read">Reads one; what it throws comes out when that file's turn has come.</param>
internal sealed class ReadAhead<T>(IReadOnlyList<string> files, Func<string, T> read) : IDisposable
{
    private const int Ahead = 2; // enough that nobody waits for a photo, and few of them in memory

    private readonly Beside<T> _work = new();
    private int _begun;

    /// <summary>What the next file holds.</summary>
    public T Next()
    {
        for (; _begun < files.Count && _work.Count <= Ahead; _begun++)
        {
            string file = files[_begun];
            _work.Start(() => read(file));
        }
        return _work.Next();
    }

    /// <summary>Waits until nothing is read any more.</summary>
    public void Dispose() => _work.Dispose();
}
