# One image under all methods, side by side.
#
#   dotnet run --project src/EasyExplain.Host -- examples/methods.ps1
#   pwsh examples/methods.ps1 -Path mine.jpg -ModelPath mine.pth -Layer layer4
#
# docs/methods.jpg was made by it: -Destination docs/methods.jpg

param(
    [string] $Path = "$PSScriptRoot/photos/cat.jpg",
    [string] $Destination = "$PSScriptRoot/out/methods.jpg",
    [string] $ModelPath,
    [string] $Layer # without it, the model's default layer
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

$Path, $Destination = $Path, $Destination |
    ForEach-Object { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($_) }
$model = if ($ModelPath) { Import-CamModel $ModelPath } else { Import-CamModel }
if (-not $Layer) { $Layer = $model.DefaultLayer }

# -Method * leaves out what says nothing about this layer alone: RefineCAM, which takes the stages of the network.
# The seed makes what SmoothGradCAMPlusPlus, SSCAM, RISE, SmoothGrad and RandomCAM draw the same each time.
$explanations = @(Invoke-CamExplanation -LiteralPath $Path -Model $model -Layer $Layer -Method * -Seed 1) +
    @(Invoke-CamExplanation -LiteralPath $Path -Model $model -Method RefineCAM)

# The overlays are drawn by Export-CamOverlay; the module's own panel puts them side by side.
function Get-Tile {
    param([string] $Title, [string] $File)
    [EasyExplain.Imaging.PanelTile]::new($Title, [EasyExplain.Imaging.ImageDecoder]::Decode($File))
}
$folder = [IO.Directory]::CreateTempSubdirectory('methods').FullName
try {
    [EasyExplain.Imaging.PanelTile[]] $tiles = @(Get-Tile ([IO.Path]::GetFileName($Path)) $Path)
    foreach ($explanation in $explanations) {
        $file = $explanation | Export-CamOverlay "$folder/$($explanation.Method).png" -PassThru
        $tiles += Get-Tile $explanation.Method $file.FullName
    }
}
finally { [IO.Directory]::Delete($folder, $true) }

$panel = [EasyExplain.Imaging.Panel]::Grid($tiles, 6, "$($explanations[0].Label), as $model sees it at $Layer")
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Destination))
[EasyExplain.Imaging.ImageEncoder]::Save($panel, $Destination, 'Jpeg')
$model.Dispose()
"$($explanations.Count) methods: $Destination"
