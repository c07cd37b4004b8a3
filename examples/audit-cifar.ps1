# Audits the bundled model on CIFAR-10's test images: which class is taken for which, and where did it look in its worst mistakes?
# Any folder of class folders will do (cat/0001.jpg, dog/0001.jpg, …), with any model that knows these classes.
#
#   dotnet run --project src/EasyExplain.Host -- examples/audit-cifar.ps1 -Path cifar10/test
#   pwsh examples/audit-cifar.ps1 -Path cifar10/test

param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $Destination = "$PSScriptRoot/out/audit",
    [string] $ModelPath,
    [int] $Worst = 20
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

$model = if ($ModelPath) { Import-CamModel $ModelPath } else { Import-CamModel }
$folder = [System.IO.DirectoryInfo]::new($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path))

# One row a photo, and nothing else of it is kept: memory stays flat.
$counts = @{}
$mistakes = [System.Collections.Generic.List[object]]::new()
$right = 0
$all = 0
$folder.EnumerateFiles('*.jpg', 'AllDirectories') |
    Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder -ErrorAction Continue |
    ForEach-Object {
        $all++
        $counts["$($_.Expected)>$($_.Label)"]++
        if ($_.Correct) { $right++ }
        else { $mistakes.Add([pscustomobject]@{ Path = $_.Path; Expected = $_.Expected; Label = $_.Label; Probability = $_.Probability }) }
    }
if ($all -eq 0) { throw "'$folder' has no class folders with JPEG files in them." }

# The confusion table: a row for each class as it is, a column for each class as it was called.
$width = [Math]::Max(4, ($model.Labels | Measure-Object Length -Maximum).Maximum)
'is \ called'.PadRight($width + 2) + (-join $model.Labels.ForEach({ $_.PadLeft($width + 1) }))
foreach ($expected in $model.Labels) {
    $expected.PadRight($width + 2) + (-join $model.Labels.ForEach({ "$([int] $counts["$expected>$_"])".PadLeft($width + 1) }))
}
[string]::Format([cultureinfo]::InvariantCulture, '{0}: {1:N2} % of {2:N0} images are right.', $model, 100 * $right / $all, $all)

# The worst mistakes are those it was surest of. What it saw is shown beside what it should have seen.
$shown = @($mistakes | Sort-Object Probability -Descending | Select-Object -First $Worst)
foreach ($mistake in $shown) {
    Invoke-CamExplanation -LiteralPath $mistake.Path -Model $model -Class Predicted, $mistake.Expected -ExpectedLabel $mistake.Expected |
        Export-CamOverlay $Destination -Style Panel -FileName '{Expected}/{Name} called {Predicted}, where it saw {Label}'
    [string]::Format([cultureinfo]::InvariantCulture, '{0:P1} sure of {1}, but it is {2}: {3}', $mistake.Probability, $mistake.Label, $mistake.Expected, $mistake.Path)
}
$model.Dispose()
if ($shown.Count -gt 0) { "Panels of these $($shown.Count) are in $Destination." }
