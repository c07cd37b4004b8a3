# One pipeline over a list of files, run by SoakRun.cs in a pwsh: prints a reading at 0 %, 10 %, 50 % and 100 %.
param([string] $List, [string] $Results, [string] $Benchmarks, [string] $Methods, [string] $Layers, [string] $ModelPath,
    [string] $Precision, [string] $CalibrationPath)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module ([IO.Path]::Combine($PSScriptRoot, '../../../EasyExplain.psd1'))
$calibration = if ($CalibrationPath) { @{ CalibrationPath = $CalibrationPath } } else { @{} }
$model = Import-CamModel $ModelPath -Precision $Precision @calibration

# Reading alone is used of it; what it needs is loaded by then.
[void][Reflection.Assembly]::LoadFrom($Benchmarks)
$reading = [EasyExplain.Benchmarks.Soak.Reading]
$files = [IO.File]::ReadAllLines($List)
$moments = $reading::Moments($files.Count)
$count = @{ done = 0; refused = 0 }

# The next file is asked for when the one before is through the pipeline. A last reading comes when the pictures are written too.
$feed = {
    for ($index = 0; $index -lt $files.Count; $index++) {
        if ($moments.ContainsKey($index)) { [Console]::WriteLine($reading::Take($moments[$index], $index - $count.refused, $count.refused).ToLine()) }
        $files[$index]
    }
}
& $feed |
    Invoke-CamExplanation -Model $model -Layer $Layers.Split(',') -Method $Methods.Split(',') -Seed 1 -ErrorAction Continue 2>&1 |
    ForEach-Object { if ($_ -is [System.Management.Automation.ErrorRecord]) { $count.refused++ } else { $_ } } |
    Export-CamOverlay $Results -Format Jpeg
[Console]::WriteLine($reading::Take(100, $files.Count - $count.refused, $count.refused).ToLine())
