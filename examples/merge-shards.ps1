# Merges the audits that scheduled-audit.ps1 -Shard has left in a folder, audit-001-of-128.db and so on, into its audit.db, as if there had
# been one run. Again and again, if you like: the same shards give the same audit.
#
#   pwsh -NoProfile -NonInteractive -File examples/merge-shards.ps1 -Destination audit -Shards 128
#
# Exit codes: 0 merged, of every shard; 1 merged, with a warning on standard error: a shard is missing or not finished, say; 2 not merged,
# there is no such shard; 75 not merged, and worth another try.

param(
    [string] $Destination,
    [int] $Shards,
    [switch] $Report # makes a report of the whole audit, too
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Write-Line { param([string] $Text) [Console]::Error.WriteLine("merge-shards: $Text") }

# Parameters are checked here, not by attributes: a missing one would be asked for, and nobody would answer.
if (-not $Destination -or $Shards -lt 1 -or $args) {
    Write-Line "needs -Destination and -Shards$(if ($args) { ", and does not know '$args'" })."
    exit 2
}
$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Destination)
# Only those of this number of shards: others may be left from an earlier audit.
$files = if ([IO.Directory]::Exists($folder)) { [IO.Directory]::GetFiles($folder, 'audit-*.db') -match "-of-0*$Shards\.db$" }
if (-not $files) {
    Write-Line "there is no audit of $Shards shards in '$folder'."
    exit 2
}

$manifest = [IO.Path]::Combine($PSScriptRoot, '..', 'EasyExplain.psd1')
try {
    Import-Module $(if ([IO.File]::Exists($manifest)) { [WildcardPattern]::Escape($manifest) } else { 'EasyExplain' })
    $audit = [IO.Path]::Combine($folder, 'audit.db')
    Merge-CamAudit -LiteralPath $files -Destination $audit -Force -WarningVariable warnings -WarningAction SilentlyContinue
    if ($Report) { Export-CamReport $audit ([IO.Path]::Combine($folder, 'report')) }
}
catch {
    Write-Line $_.Exception.Message
    exit 75
}
$warnings.ForEach({ Write-Line $_ })
exit [int] [bool] $warnings.Count
