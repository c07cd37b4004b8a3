using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>
/// SIGTERM while some work lasts, as schedulers send it before they end a process: the first one is kept, so that the work can come to a
/// good end. A second one is the system's again, and so is one that nobody has heeded when the work is over.
/// </summary>
internal sealed partial class TerminationSignal : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private volatile bool _asked;

    public TerminationSignal() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel |= !_asked;
        _asked = true;
    });

    /// <summary>Whether the process is to end.</summary>
    public bool Asked => _asked;

    /// <summary>Whether the caller has ended, or is about to, because it was asked.</summary>
    public bool Heeded { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        if (_asked && !Heeded && !OperatingSystem.IsWindows())
        {
            const int sigTerm = 15;
            _ = Kill(Environment.ProcessId, sigTerm);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
