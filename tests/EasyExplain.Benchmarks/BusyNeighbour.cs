using System.Diagnostics;

namespace EasyExplain.Benchmarks;

/// <summary>Another process that keeps one core busy for as long as this object lives.</summary>
internal sealed class BusyNeighbour : IDisposable
{
    public const string Argument = "--burn";

    private readonly Process _process = ThisProgram.Start(Argument);

    /// <summary>Starts it; it is busy when this returns.</summary>
    public BusyNeighbour()
    {
        if (_process.StandardOutput.ReadLine() is null)
        {
            throw new InvalidOperationException("The busy neighbour did not start.");
        }
    }

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
