# An audit that nobody watches, for cron, systemd or the Task Scheduler: every image below a folder is explained and gets its overlay.
#
#   pwsh -NoProfile -NonInteractive -File examples/scheduled-audit.ps1 -Path photos -Destination audit
#   dotnet run --project src/EasyExplain.Host -- examples/scheduled-audit.ps1 -Path photos -Destination audit      (without pwsh)
#
# The destination gets
#   an overlay for each image
#   audit.db      an audit file, see Get-CamAudit: a row for each image, also for one that failed; later runs add to it
#   audit.log     of this run alone: a line for each image, tabs between: time (UTC), level, path, label, probability; or the error in
#                 place of the last two. DONE is the level of an image whose overlay an earlier run has made. The run before has
#                 audit.1.log, and so on up to audit.9.log.
#   report/       with -Report: a page with figures, findings and every image of audit.db (see Export-CamReport)
#   summary.json  what this run did: exit code, counts, failures, model, times
#
# Exit codes: 0 all images are explained, 1 some images or folders failed (the others are done), 2 the audit could not run, or not to its
# end, or found no image.
# Silent when all is well, so that cron has nothing to mail; what fails is named on standard error too.
# The next run goes on where this one was, even if this one was killed: an image that has its overlay is not explained again, unless it, the
# model file or the parameters have changed. While one run is at work, a second one for the same destination ends at once with 2 and touches
# nothing.

param(
    [string] $Path,
    [string] $Destination,
    [string] $ModelPath,   # without it, the bundled model
    [string] $LabelPath,
    [string[]] $Layer,     # several with commas between; without it, the model's default layer
    [string] $Method = 'LayerCAM',
    [string] $ExpectedLabel, # what the images should show: a label, or ParentFolder
    [switch] $Report         # makes a report of the whole audit, too
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$extensions = '.jpg', '.jpeg', '.jfif', '.jpe', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.tga', '.pbm', '.pgm', '.ppm', '.pnm'

function Get-Now { [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture) }

# A file's name may hold a line break: it must not make a line of the log.
function Format-Line { param([string[]] $Fields) ($Fields -replace '[\x00-\x1f\x7f]+', ' ') -join "`t" }

function Write-Failure {
    param([string] $What, [string] $ErrorId, [string] $Message)
    $failures.Add([ordered]@{ path = $What; errorId = $ErrorId; message = $Message })
    $log.WriteLine((Format-Line (Get-Now), 'ERROR', $What, $Message))
    [Console]::Error.WriteLine((Format-Line "$What`: $Message"))
}

function Write-Row {
    param([string] $Level, $Explanation)
    $probability = $Explanation.Probability.ToString('F4', [cultureinfo]::InvariantCulture)
    $log.WriteLine((Format-Line (Get-Now), $Level, $Explanation.Path, $Explanation.Label, $probability))
}

function Get-FullPath { param([string] $Given) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Given) }

# The innermost message: what .NET said, without 'Exception calling …' before it.
function Get-Reason { param($ErrorRecord) $ErrorRecord.Exception.GetBaseException().Message }

# A folder's path with no link in it: two that are the same folder have the same one.
function Get-RealPath {
    param([string] $Given)
    $real = [IO.Path]::GetPathRoot($Given)
    $parts = [Collections.Generic.List[string]]::new([string[]] $Given.Substring($real.Length).Split([IO.Path]::DirectorySeparatorChar))
    for ($links = 0; $parts.Count; ) {
        $part = $parts[0]
        $parts.RemoveAt(0)
        if ($part -in '', '.') { continue }
        if ($part -eq '..') { $real = [IO.Path]::GetDirectoryName($real) ?? $real; continue }
        $next = [IO.Path]::Combine($real, $part)
        $target = [IO.DirectoryInfo]::new($next).LinkTarget
        if (-not $target) { $real = $next; continue }
        if (++$links -gt 40) { throw "'$Given' leads from link to link." }
        $root = [IO.Path]::GetPathRoot($target)
        if ([IO.Path]::IsPathFullyQualified($target)) { $real = $root }
        $parts.InsertRange(0, [string[]] $target.Substring($root.Length).Split([IO.Path]::DirectorySeparatorChar))
    }
    $real
}

# Every image below the photos, each folder once: links may lead in a circle. A folder that cannot be read is a failure, and the rest goes
# on.
function Get-Image {
    $seen = [Collections.Generic.HashSet[string]]::new()
    $null = $seen.Add((Get-RealPath $folder)) # a destination below the photos must not be audited the next time
    $folders = [Collections.Generic.Queue[string]]::new()
    $links = [Collections.Generic.Queue[string]]::new() # last, so that a folder that can be reached without a link keeps its place
    $folders.Enqueue($photos)
    while ($folders.Count -or $links.Count) {
        $next = if ($folders.Count) { $folders.Dequeue() } else { $links.Dequeue() }
        try {
            if (-not $seen.Add((Get-RealPath $next))) { continue }
            $inside = [IO.DirectoryInfo]::new($next).GetFileSystemInfos()
        }
        catch {
            Write-Failure $next 'FolderUnreadable' (Get-Reason $_)
            continue
        }
        foreach ($one in $inside) {
            if ($one -isnot [IO.DirectoryInfo]) { if ($one.Extension -in $extensions) { $one } }
            elseif ($one.LinkTarget) { $links.Enqueue($one.FullName) }
            else { $folders.Enqueue($one.FullName) }
        }
    }
}

# Parameters are checked here, not by attributes: a missing one would be asked for, and nobody would answer.
if (-not $Destination) {
    [Console]::Error.WriteLine("scheduled-audit: needs -Path and -Destination$(if ($args) { ", and does not know '$args'" }).")
    exit 2
}

$lock = $log = $model = $null
try {
    $folder = Get-FullPath $Destination
    $photos = if ($Path) { Get-FullPath $Path }
    if ($photos -and [IO.Path]::TrimEndingDirectorySeparator($photos) -eq [IO.Path]::TrimEndingDirectorySeparator($folder)) {
        throw "-Destination is -Path, '$photos': overlays would be taken for photos."
    }
    if ([IO.File]::Exists($folder)) { throw "-Destination '$folder' is a file, not a folder." }
    try {
        $null = [IO.Directory]::CreateDirectory($folder)
        # Held open until the end; if this process dies, the system lets go of it.
        $lock = [IO.FileStream]::new([IO.Path]::Combine($folder, '.audit.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        for ($run = 9; $run -ge 1; $run--) {
            $before = [IO.Path]::Combine($folder, $(if ($run -eq 1) { 'audit.log' } else { "audit.$($run - 1).log" }))
            if ([IO.File]::Exists($before)) { [IO.File]::Move($before, [IO.Path]::Combine($folder, "audit.$run.log"), $true) }
        }
        $log = [IO.StreamWriter]::new([IO.Path]::Combine($folder, 'audit.log'))
        $log.AutoFlush = $true
    }
    catch {
        $code = $_.Exception.GetBaseException().HResult -band 0xFFFF
        if (-not $lock -and $code -in 32, 33, 11, 35) { # in use, as Windows, Linux and macOS say it
            throw "Another audit is at work in '$folder'; this one did nothing. ($(Get-Reason $_))"
        }
        throw "-Destination '$folder' cannot be written to. ($(Get-Reason $_))"
    }
}
catch {
    [Console]::Error.WriteLine("scheduled-audit: $(Get-Reason $_)")
    if ($lock) { $lock.Dispose() }
    exit 2
}

$failures = [Collections.Generic.List[object]]::new()
$explained = $passedOver = 0
$fatal = $page = $null
$started = Get-Now
$clock = [Diagnostics.Stopwatch]::StartNew()
try {
    if ($args) { throw "does not know '$args'." }
    if (-not $Path) { throw 'needs -Path and -Destination.' }
    if (-not [IO.Directory]::Exists($photos)) { throw "-Path '$photos' is not a folder." }

    # Beside a clone's or a package's examples/; a copy of this script elsewhere takes the installed module.
    $manifest = [IO.Path]::Combine($PSScriptRoot, '..', 'EasyExplain.psd1')
    Import-Module $(if ([IO.File]::Exists($manifest)) { [WildcardPattern]::Escape($manifest) } else { 'EasyExplain' })

    $import = @{}
    if ($ModelPath) { $import.Path = $ModelPath }
    if ($LabelPath) { $import.LabelPath = $LabelPath }
    $model = Import-CamModel @import
    $explain = @{ Model = $model; Method = $Method; SkipExisting = $folder; ErrorAction = 'Continue'; WarningAction = 'SilentlyContinue' }
    if ($ExpectedLabel) { $explain.ExpectedLabel = $ExpectedLabel }
    if ($Layer) { $explain.Layer = ($Layer -split ',').Trim() } # pwsh -File gives 'a,b' as one text

    $audit = @{ Path = [IO.Path]::Combine($folder, 'audit.db'); RelativeTo = $photos; PassThru = $true; ErrorAction = 'Continue' }
    Get-Image | Invoke-CamExplanation @explain 2>&1 | Export-CamAudit @audit 2>&1 | ForEach-Object {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            Write-Failure $_.TargetObject $_.FullyQualifiedErrorId.Split(',')[0] $_.Exception.Message
        }
        elseif ($_.Maps.Length -eq 0) { # passed over
            $passedOver++
            Write-Row 'DONE' $_
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
            Write-Row $(if ($explanation.Map.IsEmpty) { 'WARNING' } else { 'INFO' }) $explanation # nothing at that layer spoke for the label
        }
    }
    if ($explained + $passedOver + $failures.Count -eq 0) { throw "There is no image below -Path '$photos'." }
    if ($Report) {
        $page = Export-CamReport $audit.Path ([IO.Path]::Combine($folder, 'report')) $model -PassThru
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
            exitCode   = $exitCode
            error      = $fatal
            model      = ${model}?.Name
            modelPath  = ${model}?.Path
            method     = $Method
            started    = $started
            ended      = Get-Now
            seconds    = [Math]::Round($clock.Elapsed.TotalSeconds, 3)
            images     = $explained + $passedOver + $failures.Count
            explained  = $explained
            passedOver = $passedOver
            failed     = $failures.Count
            report     = ${page}?.FullName
            failures   = $failures.ToArray()
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
