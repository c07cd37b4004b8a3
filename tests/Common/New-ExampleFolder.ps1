# Makes a folder with the files that the examples in the help and the documents name: images, a model of each kind, labels.
#
#   & New-ExampleFolder.ps1 <folder>
#
# Beside it come hub/checkpoints, PyTorch's cache for TORCH_HOME, with a ResNet-50 in it, and the cache of huggingface_hub for HF_HUB_CACHE,
# hub itself, with a ResNet-18 of timm's: nothing is downloaded.
param([Parameter(Mandatory)] [string] $Folder)

$photos = (New-Item -ItemType Directory (Join-Path $Folder photos)).FullName
$cat = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples/photos/cat.jpg")
Copy-Item -LiteralPath $cat (Join-Path $Folder cat.jpg)
Copy-Item -LiteralPath $cat (Join-Path $photos 'a [1].jpg')
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder mine.pth) 2
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder xray.safetensors) 2
[IO.File]::Copy([IO.Path]::GetFullPath("$PSScriptRoot/../data/vww/model.onnx"), (Join-Path $Folder detector.onnx))
[IO.File]::Copy([IO.Path]::GetFullPath("$PSScriptRoot/../data/detection/small.onnx"), (Join-Path $Folder objects.onnx))
[IO.File]::Copy([IO.Path]::GetFullPath("$PSScriptRoot/../data/detection/cifar_canvas.onnx"), (Join-Path $Folder cifar_canvas.onnx))
[IO.File]::Copy([IO.Path]::GetFullPath("$PSScriptRoot/../data/detection/canvases/images/0021.jpg"), (Join-Path $Folder canvas.jpg))
$canvases = (New-Item -ItemType Directory (Join-Path $Folder canvases)).FullName
Get-ChildItem "$PSScriptRoot/../data/detection/canvases/images/002*.jpg" | Copy-Item -Destination $canvases
Copy-Item -LiteralPath "$PSScriptRoot/../data/detection/canvases/instances.json" $Folder
Set-Content (Join-Path $Folder labels.txt) 'healthy', 'ill'
$cache = New-Item -ItemType Directory (Join-Path $Folder '..' hub checkpoints)
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet50 (Join-Path $cache resnet50-11ad3fa6.pth)

$data = [IO.Path]::GetFullPath("$PSScriptRoot/../data")
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder xray.pth) 2 1
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder landcover.pth) 10 4
[IO.File]::Copy("$data/bands/six16.tif", (Join-Path $Folder chip.tif))
[IO.File]::Copy("$data/exported/resnet.pt2", (Join-Path $Folder net.pt2))

function New-ModelFolder([string] $Path, [string] $Architecture) {
    $null = New-Item -ItemType Directory $Path
    Set-Content (Join-Path $Path config.json) (@{ architecture = $Architecture; num_classes = 2; label_names = 'healthy', 'ill' } | ConvertTo-Json)
    & "$PSScriptRoot/New-ZeroWeights.ps1" $Architecture (Join-Path $Path model.safetensors) 2
}
New-ModelFolder (Join-Path $Folder vit_tiny) vit_tiny_patch16_224
$repository = Join-Path $Folder '..' hub models--timm--resnet18.a1_in1k
New-ModelFolder (Join-Path $repository snapshots 491b427b) resnet18
$null = New-Item -ItemType Directory (Join-Path $repository refs)
Set-Content (Join-Path $repository refs main) 491b427b
