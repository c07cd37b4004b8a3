namespace EasyExplain.Runtime;

/// <summary>Work that runs beside the caller's own thread; its results come back in order, on the thread that asks for them.</summary>
internal sealed class Beside<T> : IDisposable
{
    private readonly Queue<Task<T>> _work = new();

    /// <summary>How much was started and not yet asked for.</summary>
    public int Count => _work.Count;

    /// <summary>Whether the oldest work is done, so that <see cref="Next"/> would not wait.</summary>
    public bool IsReady => _work.TryPeek(out Task<T>? oldest) && oldest.IsCompleted;

    /// <summary>Starts some work.</summary>
    public void Start(Func<T> work) => _work.Enqueue(Task.Run(work));

    /// <summary>The result of the oldest work; waits for it, and throws what it threw.</summary>
    public T Next() => _work.Dequeue().GetAwaiter().GetResult();

    /// <summary>Waits until nothing runs any more; what comes of it, and what goes wrong, is forgotten.</summary>
    public void Dispose()
    {
        Task.WhenAll(_work).ContinueWith(_ =>
            { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _work.Clear();
    }
}
