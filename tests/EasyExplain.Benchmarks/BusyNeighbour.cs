using System.Diagnostics;

namespace EasyExplain.Benchmarks;

/// <summary>Another process that keeps one core busy for as long as this object lives.</summary>
internal sealed class BusyNeighbour : IDisposable
{
    public const string Argument = "--burn";

    private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Argument]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    /// <summary>Starts it; it is busy when this returns.</summary>
    public BusyNeighbour() => _process.StandardOutput.ReadLine();

    /// <summary>The other process's side: ends with its standard input, so that it never outlives this program.</summary>
    public static void Burn()
    {
        var busy = new Thread(() =>
        {
            while (true)
            {
                Math.Sqrt(2);
            }
        })
        { IsBackground = true };
        busy.Start();
        Console.WriteLine("busy");
        Console.In.ReadToEnd();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
