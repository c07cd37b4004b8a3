# EasyExplain in one minute: where did the network look?
#
#   dotnet run --project src/EasyExplain.Host -- examples/quickstart.ps1      (needs only the .NET SDK)
#   pwsh examples/quickstart.ps1                                             (pwsh 7.4 or later, after a dotnet build)

param(
    [string] $Photo = "$PSScriptRoot/photos/cat.jpg",
    [string] $Destination = "$PSScriptRoot/out"
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

# The bundled model: a small ResNet-20 that knows ten classes (airplane, automobile, bird, cat, …).
$model = Import-CamModel
$model | Out-Host

# Its layers are objects: take the residual blocks that see the photo as 8 × 8 places.
$layers = $model | Get-CamLayer | Where-Object { $_.Type -eq 'BasicBlock' -and $_.OutputShape[2] -eq 8 }
$layers | Out-Host

# One pass explains all of them.
$explanation = $layers | Invoke-CamExplanation -LiteralPath $Photo
$explanation | Out-Host
$explanation.Predictions | Out-Host

# The picture of each, and all of them on one panel.
$explanation | Export-CamOverlay $Destination -FileName '{Name}_{Style}' -Style Overlay, Heatmap, Mask, Panel -PassThru | Out-Host
