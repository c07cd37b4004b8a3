namespace EasyExplain.Runtime;

/// <summary>Items in their order, the next ones read beside the caller's own thread.</summary>
/// <param name="items">The items; asked for as they are needed, on the caller's thread.</param>
/// <param name="isRead">Which of them are read.</param>
/// <param name="read">Reads one; what it throws comes out when that item's turn has come.</param>
internal sealed class ReadAhead<TItem, T>(IEnumerable<TItem> items, Func<TItem, bool> isRead, Func<TItem, T> read) : IDisposable
{
    private const int Ahead = 2; // enough that nobody waits for a photo, and few of them in memory

    private readonly IEnumerator<TItem> _items = items.GetEnumerator();
    private readonly Queue<(TItem Item, bool IsRead)> _next = new();
    private readonly Beside<T> _work = new();
    private bool _ended;

    /// <summary>The item whose turn it is, and whether it is read: then <see cref="Read"/> must be called.</summary>
    public (TItem Item, bool IsRead) Current { get; private set; }

    /// <summary>Goes on to the next item; false at the end.</summary>
    public bool MoveNext()
    {
        while (!_ended && _next.Count <= Ahead)
        {
            if (!_items.MoveNext())
            {
                _ended = true;
                break;
            }
            TItem item = _items.Current;
            bool reads = isRead(item);
            if (reads)
            {
                _work.Start(() => read(item));
            }
            _next.Enqueue((item, reads));
        }
        bool any = _next.TryDequeue(out (TItem, bool) current);
        Current = current;
        return any;
    }

    /// <summary>What the current item holds.</summary>
    public T Read() => _work.Next();

    /// <summary>Waits until nothing is read any more.</summary>
    public void Dispose()
    {
        _work.Dispose();
        _items.Dispose();
    }
}
