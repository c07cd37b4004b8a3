<#
.SYNOPSIS
    Runs tests/Pester, or only finds its tests; writes a line of JSON for each as soon as its file is done.
.DESCRIPTION
    Lines that begin with '##pester ' are for PesterProcess.cs; what the tests themselves write comes between them. The last one is empty:
    whoever does not see it knows that the process ended before its time.
#>
param(
    [Parameter(Mandatory)] [string] $Folder,
    [switch] $Discover,

    # <file>:<line> of each test to run; without them, all.
    [Parameter(ValueFromRemainingArguments)] [string[]] $Line
)

$ErrorActionPreference = 'Stop'
Import-Module ([WildcardPattern]::Escape("$PSScriptRoot/Pester/Pester.psd1"))

function Write-Test {
    param([string] $File, [int] $At, [string] $Name, [string] $Outcome, [timespan] $Duration, [object[]] $Problems)
    $test = [ordered]@{
        file = $File
        line = $At
        name = $Name
        outcome = $Outcome
        seconds = $Duration.TotalSeconds
        message = @($Problems | ForEach-Object { if ($_.DisplayErrorMessage) { $_.DisplayErrorMessage } else { "$_" } }) -join "`n"
        place = @($Problems | ForEach-Object { if ($_.DisplayStackTrace) { $_.DisplayStackTrace } else { $_.ScriptStackTrace } }) -join "`n"
    }
    [Console]::WriteLine('##pester ' + ($test | ConvertTo-Json -Compress -EscapeHandling EscapeNonAscii))
}

$chosen = @($Line | Where-Object { $_ })
foreach ($file in (Get-ChildItem -LiteralPath $Folder -Filter *.Tests.ps1).FullName) {
    $here = @($chosen | Where-Object { $_.StartsWith("${file}:") })
    if ($chosen -and -not $here) { continue }
    $run = Invoke-Pester -Configuration @{
        Run = @{ Path = $file; PassThru = $true; SkipRun = [bool] $Discover }
        Filter = @{ Line = $here }
        Output = @{ Verbosity = 'None' }
    }
    foreach ($test in $run.Tests | Where-Object ShouldRun) {
        Write-Test $file $test.StartLine $test.ExpandedPath "$($test.Result)" $test.Duration $test.ErrorRecord
    }
    # What failed outside of a test: BeforeAll, AfterAll, the file itself.
    foreach ($part in @($run.FailedBlocks) + @($run.FailedContainers) | Where-Object { $_.ErrorRecord }) {
        $name = if ($part.ExpandedPath) { $part.ExpandedPath } else { [IO.Path]::GetFileName($file) }
        Write-Test $file ([Math]::Max(1, $part.StartLine)) $name 'Failed' $part.Duration $part.ErrorRecord
    }
}
[Console]::WriteLine('##pester ')
