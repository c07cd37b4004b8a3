using System.Diagnostics;

namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// What the scripts of examples/slurm and examples/kubernetes do with each exit code, with programs in place of pwsh and scontrol
/// that only say what they were asked. tests/cluster runs the former on a Slurm.
/// </summary>
public sealed class ClusterScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster [1] ");

    public void Dispose() => _folder.Delete(recursive: true);

    [UnixTheory]
    [InlineData(0, 0)]
    [InlineData(1, 0)] // some images could not be read: not again
    [InlineData(2, 2)]
    [InlineData(75, 75)]
    [InlineData(137, 137)]
    public void Pod_EndsAsTheAuditDoes_ButFor1(int code, int expected)
    {
        Program("pwsh", $"echo \"$@\" >&2; exit {code}");

        ChildProcess run = Run("sh", [Example("kubernetes", "shard"), "-Path", "/photos [1]"], []);

        Assert.Equal(expected, run.ExitCode);
        Assert.EndsWith("scheduled-audit.ps1 -Shard Auto -Path /photos [1]\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(code == 1 ? "Done; some images could not be read.\n" : "", run.Output);
    }

    /// <summary>The signal reaches pwsh, and the script does not end before it.</summary>
    [UnixTheory]
    [InlineData("sh", "kubernetes", "shard")]
    [InlineData("bash", "slurm", "audit.sbatch")]
    public void AScriptThatIsToEnd_EndsAfterTheImageInWork(string shell, string folder, string script)
    {
        Program("scontrol", "exit 1");
        Program("pwsh", "trap 'echo told; sleep 0.2; echo written; exit 75' TERM; echo ready; while :; do sleep 0.05; done");

        using Process pod = Start(shell, [Example(folder, script), "/photos", "/audit", "8"], new()
        {
            ["EASYEXPLAIN_EXAMPLES"] = "/ee/examples",
            ["SLURM_RESTART_COUNT"] = "10",
            ["SLURM_ARRAY_TASK_ID"] = "5",
        });
        Assert.Equal("ready", pod.StandardOutput.ReadLine());
        Process.Start("kill", ["-TERM", $"{pod.Id}"])!.WaitForExit();

        ChildProcess end = ChildProcess.End(pod);
        Assert.Equal(75, end.ExitCode);
        Assert.StartsWith("told\nwritten\n", end.Output, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(0, null, 0, false)]
    [InlineData(1, null, 0, false)]
    [InlineData(2, null, 2, false)]
    [InlineData(75, null, 75, true)]
    [InlineData(137, "3", 137, true)]
    [InlineData(75, "10", 75, false)] // the last time
    public void Task_IsQueuedAgain_WhereThatHelps(int code, string? restarts, int expected, bool again)
    {
        Program("pwsh", $"echo \"$@\"; exit {code}");
        Program("scontrol", "echo \"scontrol $*\"; exit 1"); // Slurm would end the script here

        ChildProcess run = Run("bash", [Example("slurm", "audit.sbatch"), "/photos", "/audit", "8", "-Method", "GradCAM"], new()
        {
            ["EASYEXPLAIN_EXAMPLES"] = "/ee/examples",
            ["SLURM_ARRAY_JOB_ID"] = "41",
            ["SLURM_ARRAY_TASK_ID"] = "5",
            ["SLURM_RESTART_COUNT"] = restarts,
        });

        Assert.Equal(expected, run.ExitCode);
        Assert.Contains("-NoProfile -NonInteractive -File /ee/examples/scheduled-audit.ps1 " +
            "-Path /photos -Destination /audit -Shard Auto/8 -Method GradCAM\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(again, run.Output.Contains("scontrol requeue 41_5\n", StringComparison.Ordinal));
    }

    private ChildProcess Run(string program, string[] arguments, Dictionary<string, string?> environment) =>
        ChildProcess.End(Start(program, arguments, environment));

    private Process Start(string program, string[] arguments, Dictionary<string, string?> environment)
    {
        string path = $"PATH={_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        return ChildProcess.Start("env", [path,
            .. environment.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={pair.Value}"), program, .. arguments],
            _folder.FullName);
    }

    private void Program(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        ChildProcess.Run("chmod", ["+x", path], _folder.FullName);
    }

    private static string Example(params string[] parts) => Path.Combine([Repository.Root, "examples", .. parts]);
}
