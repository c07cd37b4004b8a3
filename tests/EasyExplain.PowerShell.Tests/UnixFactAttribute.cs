namespace EasyExplain.PowerShell.Tests;

/// <summary>A test of what only Unix has.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "a file that a program can wait at is Unix' mkfifo" : null;
}

/// <inheritdoc cref="UnixFactAttribute"/>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "shell scripts are Unix'" : null;
}
