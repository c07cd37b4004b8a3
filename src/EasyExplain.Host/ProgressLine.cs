using System.Management.Automation;

namespace EasyExplain.Host;

/// <summary>The progress of the work that runs, on one line that is written over; nothing where nobody watches.</summary>
internal sealed class ProgressLine
{
    private int _shown;

    public void Show(ProgressRecord record)
    {
        if (!Terminal.IsWatched)
        {
            return;
        }
        string text = record.RecordType == ProgressRecordType.Completed ? "" : Text(record, Terminal.Width - 1);
        Console.Error.Write("\r" + text.PadRight(_shown));
        if (text.Length == 0)
        {
            Console.Error.Write('\r');
        }
        _shown = text.Length;
    }

    /// <summary>Makes room for a line of output.</summary>
    public void Clear()
    {
        if (_shown > 0)
        {
            Console.Error.Write("\r" + new string(' ', _shown) + "\r");
            _shown = 0;
        }
    }

    /// <summary>Activity, status, operation and share done, no longer than <paramref name="width"/>.</summary>
    internal static string Text(ProgressRecord record, int width)
    {
        string percent = record.PercentComplete >= 0 ? $"{record.PercentComplete} %" : "";
        string left = record.SecondsRemaining >= 0 ? $"{TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
        string text = string.Join("  ", new[] { record.Activity, record.StatusDescription, record.CurrentOperation, percent, left }
            .Where(part => !string.IsNullOrWhiteSpace(part)));
        return text.Length <= width ? text : string.Concat(text.AsSpan(0, Math.Max(0, width - 1)), "…");
    }
}
