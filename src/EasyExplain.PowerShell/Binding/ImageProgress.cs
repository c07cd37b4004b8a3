using System.Diagnostics;
using System.Management.Automation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>How far a run over pictures is: how many, how fast, and, where their number is known, for how long yet.</summary>
/// <param name="activity">What is done.</param>
internal sealed class ImageProgress(string activity)
{
    private readonly Stopwatch _watch = new();
    private int _begun;

    /// <summary>Whether there is more than one picture, hence anything to show.</summary>
    public bool IsShown => _begun > 1;

    /// <summary>The next picture begins; what to show of it.</summary>
    /// <param name="name">The picture's name.</param>
    /// <param name="left">How many follow it; null where nobody knows.</param>
    public ProgressRecord Next(string? name, int? left)
    {
        _watch.Start();
        double perSecond = _begun / _watch.Elapsed.TotalSeconds;
        _begun++;
        string count = left is null ? $"{_begun:N0}" : $"{_begun:N0} of {_begun + left:N0}";
        return new ProgressRecord(0, activity, $"{count}, {perSecond:0.0} a second: {name}")
        {
            PercentComplete = left is { } after ? (int)(100L * (_begun - 1) / (_begun + after)) : -1,
            SecondsRemaining = left is { } more && perSecond > 0 ? (int)Math.Min((more + 1) / perSecond, int.MaxValue) : -1,
        };
    }

    /// <summary>All are done.</summary>
    public ProgressRecord End() => new(0, activity, $"{_begun:N0} done") { RecordType = ProgressRecordType.Completed };
}
