# From a folder of images to a report: figures, findings with their evidence, and every image to look through, on one page.
# Images in folders of their classes (cat/0001.jpg, dog/0001.jpg, …) are compared with the folders' names.
#
#   dotnet run --project src/EasyExplain.Host -- examples/audit-report.ps1 -Path photos
#   pwsh examples/audit-report.ps1 -Path photos -ModelPath mine.onnx -SingleFile
#
# The audit file lies beside the report: run the same line again, and only new images are explained.

param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $Destination = "$PSScriptRoot/out/report",
    [string] $ModelPath,   # without it, the bundled model
    [string] $LabelPath,
    [switch] $SingleFile,  # one file to mail, of at most 10 MB
    [switch] $Open
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

$import = @{}
if ($ModelPath) { $import.Path = $ModelPath }
if ($LabelPath) { $import.LabelPath = $LabelPath }
$model = Import-CamModel @import

$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
$out = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Destination)
$audit = [IO.Path]::Combine($out, 'audit.db')
$explain = @{ Model = $model; SkipExisting = $audit; ErrorAction = 'Continue' }

# Folders that are called as classes say what is in them.
$classes = [IO.DirectoryInfo]::new($folder).EnumerateDirectories('*', 'AllDirectories').Where({ $_.Name -in $model.Labels }, 'First')
if ($classes) { $explain.ExpectedLabel = 'ParentFolder' }

$extensions = '.jpg', '.jpeg', '.jfif', '.jpe', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.tga', '.pbm', '.pgm', '.ppm', '.pnm'
Get-ChildItem -LiteralPath $folder -Recurse -File | Where-Object Extension -in $extensions |
    Invoke-CamExplanation @explain | Export-CamAudit $audit -RelativeTo $folder

# The model is asked again: what it decides by is proved on changed images.
$page = Join-Path $out $(if ($SingleFile) { 'report.html' } else { 'index.html' })
Export-CamReport $audit $page $model -SingleFile:$SingleFile -Open:$Open -PassThru
$model.Dispose()
