using System.Management.Automation;
using EasyExplain.Audit;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// Commands that want to know of images that fail further up in their pipeline: error records do not come down it. All commands of a
/// pipeline run in one thread, so that whoever listens in a thread is told of what fails there.
/// </summary>
internal static class FailureListeners
{
    [ThreadStatic]
    private static List<Action<FailedImage, ErrorRecord>>? _listeners;

    /// <summary>Whether anybody listens.</summary>
    public static bool Any => _listeners is { Count: > 0 };

    /// <summary>Listens in this thread until what it returns is disposed of.</summary>
    public static IDisposable Add(Action<FailedImage, ErrorRecord> listener)
    {
        List<Action<FailedImage, ErrorRecord>> here = _listeners ??= [];
        here.Add(listener);
        return new Subscription(here, listener);
    }

    /// <summary>Tells all who listen, before the error is written.</summary>
    public static void Tell(FailedImage image, ErrorRecord error)
    {
        foreach (Action<FailedImage, ErrorRecord> listener in _listeners?.ToArray() ?? [])
        {
            listener(image, error);
        }
    }

    private sealed class Subscription(List<Action<FailedImage, ErrorRecord>> list, Action<FailedImage, ErrorRecord> listener) : IDisposable
    {
        public void Dispose() => list.Remove(listener);
    }
}
