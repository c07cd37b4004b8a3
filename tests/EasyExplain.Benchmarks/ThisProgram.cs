using System.Diagnostics;

namespace EasyExplain.Benchmarks;

/// <summary>This program in another process: measurements of memory need one of their own, and so does a busy neighbour.</summary>
internal static class ThisProgram
{
    /// <summary>Starts it; what it prints is to be read.</summary>
    public static Process Start(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool hosted = Path.GetFileNameWithoutExtension(program) == "dotnet"; // as dotnet EasyExplain.Benchmarks.dll
        return Process.Start(new ProcessStartInfo(program, hosted ? [typeof(ThisProgram).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }
}
