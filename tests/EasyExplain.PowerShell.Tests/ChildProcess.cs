using System.Diagnostics;

namespace EasyExplain.PowerShell.Tests;

/// <summary>A program run to its end, with everything it wrote.</summary>
internal sealed record ChildProcess(int ExitCode, string Output, string Error)
{
    /// <summary>
    /// Runs a program; <paramref name="input"/> is all its standard input, "" by default: nothing a question could wait for.
    /// </summary>
    public static ChildProcess Run(string program, IEnumerable<string> arguments, string folder, string input = "")
    {
        using Process process = Start(program, arguments, folder);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Starts a program with all three streams redirected.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, string folder) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;

    /// <summary>Reads what is left to read and waits for the end.</summary>
    public static ChildProcess End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync(); // beside the output: a full pipe would stop the program
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ChildProcess(process.ExitCode, output.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }
}
