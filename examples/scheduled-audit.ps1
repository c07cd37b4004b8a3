# An audit that nobody watches, for cron, systemd or the Task Scheduler: every image below a folder, also in a .tar or .zip
# there, is explained and gets its overlay.
#
#   pwsh -NoProfile -NonInteractive -File examples/scheduled-audit.ps1 -Path photos -Destination audit
#   dotnet run --project src/EasyExplain.Host -- examples/scheduled-audit.ps1 -Path photos -Destination audit      (without pwsh)
#
# The destination gets
#   an overlay for each image, unless there is -NoOverlay
#   audit.db      an audit file, see Get-CamAudit: a row for each image, also for one that failed; later runs add to it
#   audit.log     of this run alone: a line for each image, tabs between: time (UTC), level, path, label, probability; or the error in
#                 place of the last two. DONE is the level of an image that an earlier run has explained. The run before has audit.1.log,
#                 and so on up to audit.9.log.
#   report/       with -Report: a page with figures, findings and every image of audit.db (see Export-CamReport)
#   summary.json  what this run did: exit code, counts, failures, model, times
# With -Shard 17/128 the names are audit-017-of-128.db, audit-017-of-128.log, summary-017-of-128.json, and the overlays lie below
# overlays-017-of-128/, so that all shards may have one destination.
#
# Exit codes, for whoever starts it:
#   0   all images are explained
#   1   some images or folders could not be read, the others are done: the same command would fail for the same ones
#   2   the parameters, the model or the folders are wrong, or there is no image: the same command would fail again
#   75  interrupted (SIGTERM), or the machine's trouble: disk full, out of memory, the share gone, another run at work. Run it again, here or
#       elsewhere: it goes on.
# Silent when all is well, so that cron has nothing to mail; what fails is named on standard error too.
# The next run goes on where this one was, even if this one was killed: an image that has its row in audit.db is not explained again, unless
# it, the model file or the parameters have changed, and an overlay that is missing is drawn from it. While one run is at work, a second one
# for the same destination and shard ends at once with 75 and touches nothing.

param(
    [string] $Path,          # the folder that all images lie below
    [string] $Destination,
    [string] $ModelPath,     # without it, the bundled model
    [string] $LabelPath,
    [string[]] $Layer,       # several with commas between; without it, the model's default layer
    [string] $Method = 'LayerCAM',
    [string] $ExpectedLabel, # what the images should show: a label, or ParentFolder
    [string] $PathList,      # a file with a path on each line, in place of a walk through -Path; relative ones are below -Path
    [string] $Shard,         # this job's share: 17/128, or Auto in an array of Slurm or an Indexed Job of Kubernetes (see Select-CamShard)
    [switch] $NoOverlay,     # draws nothing: overlays of any images can be drawn from the audit later
    [switch] $Report         # makes a report of the whole audit, too
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$extensions = '.jpg', '.jpeg', '.jfif', '.jpe', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.tga', '.pbm', '.pgm', '.ppm', '.pnm',
    '.tar', '.zip'

# ErrorIds of the machine's trouble. The system's numbers for it: the disk is full, the storage no longer answers.
$troubles = 'Interrupted', 'DiskFull', 'StorageGone', 'OutOfMemory', 'AuditInUse'
$troubleCodes = if ($IsWindows) { 39, 112, 21, 53, 55, 59, 64, 67, 121, 1117, 1231, 1236 }
elseif ($IsMacOS) { 28, 69, 5, 57, 58, 60, 64, 65, 70 }
else { 28, 122, 5, 107, 108, 110, 112, 113, 116, 121 }

function Get-Now { [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture) }

# A file's name may hold a line break: it must not make a line of the log.
function Format-Line { param([string[]] $Fields) ($Fields -replace '[\x00-\x1f\x7f]+', ' ') -join "`t" }

# Something is wrong with an image or a folder, and the rest goes on; unless it is wrong with the machine, and would be with the rest.
function Write-Failure {
    param([string] $What, [string] $ErrorId, [string] $Message)
    $failures.Add([ordered]@{ path = $What; errorId = $ErrorId; message = $Message })
    [Console]::Error.WriteLine((Format-Line "$What`: $Message"))
    $log.WriteLine((Format-Line (Get-Now), 'ERROR', $What, $Message))
    if ($ErrorId -in $troubles) { $script:trouble = $true }
    if ($ErrorId -eq 'DiskFull') { throw "The disk with '$folder' is full." }
    if ($ErrorId -in 'ImageNotFound', 'ImageReadFailed', 'FolderUnreadable', 'StorageGone' -and -not (Test-Photos)) {
        $script:trouble = $true
        throw "-Path '$photos' is gone, or empty: is the share still there?"
    }
}

# A share that is gone is a folder that cannot be listed, or an empty one.
function Test-Photos {
    try { foreach ($one in [IO.Directory]::EnumerateFileSystemEntries($photos)) { return $true } }
    catch { return $_.Exception.GetBaseException() -is [UnauthorizedAccessException] } # it is there
    $false
}

# Whether the machine is to blame, so that the same command may go well another time.
function Test-Trouble {
    param([Exception] $Exception)
    $reason = $Exception.GetBaseException()
    $reason -is [OutOfMemoryException] -or $reason.SqliteErrorCode -in 5, 6, 7, 10, 13 -or
    ($reason -is [IO.IOException] -and ($reason.HResult -band 0xFFFF) -in $troubleCodes)
}

function Write-Row {
    param([string] $Level, $Explanation)
    $probability = $Explanation.Probability.ToString('F4', [cultureinfo]::InvariantCulture)
    $log.WriteLine((Format-Line (Get-Now), $Level, $Explanation.Path, $Explanation.Label, $probability))
}

# A name of this run's own: audit-017-of-128.log, if it is a shard's.
function Get-OwnName { param([string] $Name) if ($part) { $part.FileName($Name) } else { $Name } }

function Import-EasyExplain {
    # Beside a clone's or a package's examples/; a copy of this script elsewhere takes the installed module.
    $manifest = [IO.Path]::Combine($PSScriptRoot, '..', 'EasyExplain.psd1')
    Import-Module $(if ([IO.File]::Exists($manifest)) { [WildcardPattern]::Escape($manifest) } else { 'EasyExplain' }) -Scope Global
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
            if ($one -isnot [IO.DirectoryInfo]) {
                if ($one.Extension -in $extensions) {
                    $script:any = $true
                    $one
                }
            }
            elseif ($one.LinkTarget) { $links.Enqueue($one.FullName) }
            else { $folders.Enqueue($one.FullName) }
        }
    }
}

# The images of this run, or of its shard.
function Get-Share {
    $share = @{ Shard = if ($part) { "$part" } else { '1/1' }; RelativeTo = $photos; WarningAction = 'SilentlyContinue'; WarningVariable = 'elsewhere' }
    if ($PathList) {
        $list = Get-FullPath $PathList
        $script:any = [IO.FileInfo]::new($list).Exists -and [IO.FileInfo]::new($list).Length -gt 0
        Select-CamShard @share -PathList $list
    }
    else { Get-Image | Select-CamShard @share }
    foreach ($one in $elsewhere) { $log.WriteLine((Format-Line (Get-Now), 'WARNING', '', $one)) }
}

# Parameters are checked here, not by attributes: a missing one would be asked for, and nobody would answer.
if (-not $Destination) {
    [Console]::Error.WriteLine("scheduled-audit: needs -Path and -Destination$(if ($args) { ", and does not know '$args'" }).")
    exit 2
}

$lock = $log = $model = $part = $null
$trouble = $any = $false
try {
    $folder = Get-FullPath $Destination
    $photos = if ($Path) { Get-FullPath $Path }
    if ($photos -and [IO.Path]::TrimEndingDirectorySeparator($photos) -eq [IO.Path]::TrimEndingDirectorySeparator($folder)) {
        throw "-Destination is -Path, '$photos': overlays would be taken for photos."
    }
    if ([IO.File]::Exists($folder)) { throw "-Destination '$folder' is a file, not a folder." }
    if ($Shard) { # all names follow from it
        Import-EasyExplain
        $part = [EasyExplain.Audit.Shards.CamShard]::Parse($Shard)
    }
    try {
        $null = [IO.Directory]::CreateDirectory($folder)
        # Held open until the end; if this process dies, the system lets go of it.
        $lock = [IO.FileStream]::new([IO.Path]::Combine($folder, (Get-OwnName '.audit.lock')), 'OpenOrCreate', 'ReadWrite', 'None')
        $logs = [IO.Path]::Combine($folder, (Get-OwnName 'audit.log'))
        for ($run = 9; $run -ge 1; $run--) {
            $before = if ($run -eq 1) { $logs } else { [IO.Path]::ChangeExtension($logs, "$($run - 1).log") }
            if ([IO.File]::Exists($before)) { [IO.File]::Move($before, [IO.Path]::ChangeExtension($logs, "$run.log"), $true) }
        }
        $log = [IO.StreamWriter]::new($logs)
        $log.AutoFlush = $true
    }
    catch {
        $code = $_.Exception.GetBaseException().HResult -band 0xFFFF
        if (-not $lock -and $code -in 32, 33, 11, 35) { # in use, as Windows, Linux and macOS say it
            $trouble = $true
            throw "Another audit is at work in '$folder'; this one did nothing. ($(Get-Reason $_))"
        }
        $trouble = Test-Trouble $_.Exception
        throw "-Destination '$folder' cannot be written to. ($(Get-Reason $_))"
    }
}
catch {
    [Console]::Error.WriteLine("scheduled-audit: $(Get-Reason $_)")
    if ($lock) { $lock.Dispose() }
    exit $(if ($trouble) { 75 } else { 2 })
}

$failures = [Collections.Generic.List[object]]::new()
$explained = $passedOver = 0
$fatal = $page = $null
$started = Get-Now
$clock = [Diagnostics.Stopwatch]::StartNew()
try {
    if ($args) { throw "does not know '$args'." }
    if (-not $Path) { throw 'needs -Path and -Destination.' }
    if (-not [IO.Directory]::Exists($photos)) {
        try { $null = [IO.File]::GetAttributes($photos) } catch { $trouble = Test-Trouble $_.Exception } # a share that does not answer
        throw "-Path '$photos' is not a folder."
    }
    Import-EasyExplain

    $import = @{}
    if ($ModelPath) { $import.Path = $ModelPath }
    if ($LabelPath) { $import.LabelPath = $LabelPath }
    $model = Import-CamModel @import
    $store = [IO.Path]::Combine($folder, (Get-OwnName 'audit.db'))
    $explain = @{ Model = $model; Method = $Method; SkipExisting = $store; ErrorAction = 'Continue'; WarningAction = 'SilentlyContinue' }
    if ($ExpectedLabel) { $explain.ExpectedLabel = $ExpectedLabel }
    if ($Layer) { $explain.Layer = ($Layer -split ',').Trim() } # pwsh -File gives 'a,b' as one text

    $audit = @{ Path = $store; RelativeTo = $photos; PassThru = $true; ErrorAction = 'Continue' }
    $rows = { Get-Share | Invoke-CamExplanation @explain 2>&1 | Export-CamAudit @audit 2>&1 }
    $each = {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            Write-Failure $_.TargetObject $_.FullyQualifiedErrorId.Split(',')[0] $_.Exception.Message
            return
        }
        $explanation, $drawn = $_, $true
        if (-not $NoOverlay) { $_ } # the next command draws it before it returns
        if (-not $drawn) { return }
        if ($explanation.FoundIn) {
            $passedOver++
            Write-Row 'DONE' $explanation
        }
        else {
            $explained++
            Write-Row $(if ($explanation.Map.IsEmpty) { 'WARNING' } else { 'INFO' }) $explanation # nothing at that layer spoke for the label
        }
    }
    if ($NoOverlay) { . $rows | ForEach-Object $each }
    else {
        $pictures = if ($part) { [IO.Path]::Combine($folder, (Get-OwnName 'overlays')) } else { $folder }
        $draw = @{ Destination = $pictures; RelativeTo = $photos; SkipExisting = $true }
        . $rows | ForEach-Object $each | Export-CamOverlay @draw -PassThru -ErrorAction Continue 2>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) {
                $drawn = $false
                Write-Failure $explanation.Path $_.FullyQualifiedErrorId.Split(',')[0] $_.Exception.Message
            }
        }
    }
    if (-not $any -and $explained + $passedOver + $failures.Count -eq 0) {
        throw $(if ($PathList) { "There is no path in -PathList '$PathList'." } else { "There is no image below -Path '$photos'." })
    }
    if ($Report) {
        $page = Export-CamReport $store ([IO.Path]::Combine($folder, (Get-OwnName 'report'))) $model -PassThru
    }
}
catch {
    $fatal = $_.Exception.Message
    $trouble = $trouble -or $_.FullyQualifiedErrorId.Split(',')[0] -in $troubles -or (Test-Trouble $_.Exception)
    [Console]::Error.WriteLine("scheduled-audit: $fatal")
    try { $log.WriteLine((Format-Line (Get-Now), 'ERROR', '', $fatal)) } catch { $trouble = $true } # there may be no room for it
}

$exitCode = if ($trouble) { 75 } elseif ($fatal) { 2 } elseif ($failures.Count) { 1 } else { 0 }
try {
    $summary = [Text.Json.JsonSerializer]::Serialize([ordered]@{
            exitCode   = $exitCode
            error      = $fatal
            shard      = ${part}?.ToString()
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
    $new = [IO.Path]::Combine($folder, (Get-OwnName '.summary.json')) + '.new'
    [IO.File]::WriteAllText($new, $summary)
    [IO.File]::Move($new, [IO.Path]::Combine($folder, (Get-OwnName 'summary.json')), $true)
}
catch {
    [Console]::Error.WriteLine("scheduled-audit: no summary: $(Get-Reason $_)")
    $exitCode = 75 # it could be written to in the beginning
}
finally {
    if ($model) { $model.Dispose() }
    try { $log.Dispose() } catch { $exitCode = 75 }
    $lock.Dispose()
}
exit $exitCode
