# How often is the model right? A folder of class folders (cat/0001.jpg, dog/0001.jpg, …) is run through the module.
#
#   dotnet run --project src/EasyExplain.Host -- examples/accuracy.ps1 -Path cifar10/test

param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $ModelPath
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

$model = if ($ModelPath) { Import-CamModel $ModelPath } else { Import-CamModel }
$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
$right = 0
$all = 0
foreach ($class in [System.IO.Directory]::GetDirectories($folder)) {
    $label = [System.IO.Path]::GetFileName($class)
    [System.IO.DirectoryInfo]::new($class).EnumerateFiles() | Invoke-CamExplanation -Model $model | ForEach-Object {
        $all++
        if ($_.Predictions[0].Label -eq $label) { $right++ }
    }
}
$model.Dispose()
if ($all -eq 0) { throw "'$folder' has no class folders with images in them." }
[string]::Format([cultureinfo]::InvariantCulture, '{0}: {1:N2} % of {2:N0} images are right.', $model, 100 * $right / $all, $all)
