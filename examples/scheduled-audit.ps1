# An audit that nobody watches, for cron, systemd or the Task Scheduler: every image below a folder is explained and gets its overlay.
#
#   pwsh -NoProfile -NonInteractive -File examples/scheduled-audit.ps1 -Path photos -Destination audit
#   dotnet run --project src/EasyExplain.Host -- examples/scheduled-audit.ps1 -Path photos -Destination audit      (without pwsh)
#
# The destination gets
#   an overlay for each image
#   audit.log     a line for each image, tabs between: time (UTC), level, path, label, probability; or the error in place of the last two
#   summary.json  what this run did: exit code, counts, failures, model, times
#
# Exit codes: 0 all images are explained, 1 some failed (the others are done), 2 the audit could not run, or not to its end.
# Silent when all is well, so that cron has nothing to mail; what fails is named on standard error too.
# A second run at the same destination ends at once with 2 and touches nothing.

param(
    [string] $Path,
    [string] $Destination,
    [string] $ModelPath,   # without it, the bundled model
    [string] $LabelPath,
    [string] $Layer,       # without it, the model's default layer
    [string] $Method = 'LayerCAM'
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-Now { [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture) }

# A file's name may hold a line break: it must not make a line of the log.
function Format-Line { param([string[]] $Fields) ($Fields -replace '[\x00-\x1f\x7f]+', ' ') -join "`t" }

function Write-Failure {
    param([string] $What, [string] $ErrorId, [string] $Message)
    $failures.Add([ordered]@{ path = $What; errorId = $ErrorId; message = $Message })
    $log.WriteLine((Format-Line (Get-Now), 'ERROR', $What, $Message))
    [Console]::Error.WriteLine((Format-Line "$What`: $Message"))
}

function Get-FullPath { param([string] $Given) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Given) }

function Get-Image {
    $everywhere = [IO.EnumerationOptions]::new()
    $everywhere.RecurseSubdirectories = $true
    $everywhere.IgnoreInaccessible = $false
    $own = $folder.TrimEnd([IO.Path]::DirectorySeparatorChar) + [IO.Path]::DirectorySeparatorChar
    $extensions = '.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.tga', '.pbm', '.pgm', '.ppm', '.pnm'
    # A destination below the photos must not be audited the next time.
    [IO.DirectoryInfo]::new($photos).EnumerateFiles('*', $everywhere) |
        Where-Object { $_.Extension -in $extensions -and -not $_.FullName.StartsWith($own) }
}

# Parameters are checked here, not by attributes: a missing one would be asked for, and nobody would answer.
if ($args -or -not $Path -or -not $Destination) {
    [Console]::Error.WriteLine("scheduled-audit: needs -Path and -Destination$(if ($args) { ", and does not know '$args'" }).")
    exit 2
}

$lock = $log = $model = $null
try {
    $photos = Get-FullPath $Path
    $folder = Get-FullPath $Destination
    if (-not [IO.Directory]::Exists($photos)) { throw "-Path '$photos' is not a folder." }
    if ([IO.Path]::TrimEndingDirectorySeparator($photos) -eq [IO.Path]::TrimEndingDirectorySeparator($folder)) {
        throw "-Destination is -Path, '$photos': overlays would be taken for photos."
    }
    $null = [IO.Directory]::CreateDirectory($folder)
    # Held open until the end; if this process dies, the system lets go of it.
    try { $lock = [IO.FileStream]::new([IO.Path]::Combine($folder, '.audit.lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
    catch [IO.IOException] { throw "Another audit is at work in '$folder'; this one did nothing. ($($_.Exception.InnerException.Message))" }
    $log = [IO.StreamWriter]::new([IO.Path]::Combine($folder, 'audit.log'), $true)
    $log.AutoFlush = $true
}
catch {
    [Console]::Error.WriteLine("scheduled-audit: $($_.Exception.Message)")
    if ($lock) { $lock.Dispose() }
    exit 2
}

$failures = [Collections.Generic.List[object]]::new()
$explained = 0
$fatal = $null
$started = Get-Now
$clock = [Diagnostics.Stopwatch]::StartNew()
try {
    # Beside a clone's or a package's examples/; a copy of this script elsewhere takes the installed module.
    $manifest = [IO.Path]::Combine($PSScriptRoot, '..', 'EasyExplain.psd1')
    Import-Module $(if ([IO.File]::Exists($manifest)) { [WildcardPattern]::Escape($manifest) } else { 'EasyExplain' })

    $import = @{}
    if ($ModelPath) { $import.Path = $ModelPath }
    if ($LabelPath) { $import.LabelPath = $LabelPath }
    $model = Import-CamModel @import
    $explain = @{ Model = $model; Method = $Method; ErrorAction = 'Continue'; WarningAction = 'SilentlyContinue' }
    if ($Layer) { $explain.Layer = $Layer }

    Get-Image | Invoke-CamExplanation @explain 2>&1 | ForEach-Object {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            Write-Failure $_.TargetObject $_.FullyQualifiedErrorId.Split(',')[0] $_.Exception.Message
        }
        else {
            $explanation = $_
            $_
        }
    } | Export-CamOverlay $folder -RelativeTo $photos -PassThru -ErrorAction Continue 2>&1 | ForEach-Object {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            Write-Failure $explanation.Path $_.FullyQualifiedErrorId.Split(',')[0] $_.Exception.Message
        }
        else {
            $explained++
            $level = if ($explanation.Map.IsEmpty) { 'WARNING' } else { 'INFO' } # nothing at that layer spoke for the label
            $probability = $explanation.Probability.ToString('F4', [cultureinfo]::InvariantCulture)
            $log.WriteLine((Format-Line (Get-Now), $level, $explanation.Path, $explanation.Label, $probability))
        }
    }
}
catch {
    $fatal = $_.Exception.Message
    $log.WriteLine((Format-Line (Get-Now), 'ERROR', '', $fatal))
    [Console]::Error.WriteLine("scheduled-audit: $fatal")
}

$exitCode = if ($fatal) { 2 } elseif ($failures.Count) { 1 } else { 0 }
try {
    $summary = [Text.Json.JsonSerializer]::Serialize([ordered]@{
            exitCode  = $exitCode
            error     = $fatal
            model     = ${model}?.Name
            modelPath = ${model}?.Path
            method    = $Method
            started   = $started
            ended     = Get-Now
            seconds   = [Math]::Round($clock.Elapsed.TotalSeconds, 3)
            images    = $explained + $failures.Count
            explained = $explained
            failed    = $failures.Count
            failures  = $failures.ToArray()
        }, [Text.Json.JsonSerializerOptions]@{ WriteIndented = $true; Encoder = [Text.Encodings.Web.JavaScriptEncoder]::UnsafeRelaxedJsonEscaping })
    # Under another name first: whoever reads summary.json finds a whole one.
    $new = [IO.Path]::Combine($folder, '.summary.json.new')
    [IO.File]::WriteAllText($new, $summary)
    [IO.File]::Move($new, [IO.Path]::Combine($folder, 'summary.json'), $true)
}
catch {
    [Console]::Error.WriteLine("scheduled-audit: no summary: $($_.Exception.Message)")
    $exitCode = 2
}
finally {
    if ($model) { $model.Dispose() }
    $log.Dispose()
    $lock.Dispose()
}
exit $exitCode
