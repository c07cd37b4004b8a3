# Makes a folder with the files that the examples in the help and the documents name: images, a model of each kind, labels.
#
#   & New-ExampleFolder.ps1 <folder>
#
# Beside it comes hub/checkpoints, PyTorch's cache for TORCH_HOME, with a ResNet-50 in it: nothing is downloaded.
param([Parameter(Mandatory)] [string] $Folder)

$photos = (New-Item -ItemType Directory (Join-Path $Folder photos)).FullName
$cat = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples/photos/cat.jpg")
Copy-Item -LiteralPath $cat (Join-Path $Folder cat.jpg)
Copy-Item -LiteralPath $cat (Join-Path $photos 'a [1].jpg')
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder mine.pth) 2
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet18 (Join-Path $Folder xray.safetensors) 2
[IO.File]::Copy([IO.Path]::GetFullPath("$PSScriptRoot/../data/vww/model.onnx"), (Join-Path $Folder detector.onnx))
Set-Content (Join-Path $Folder labels.txt) 'healthy', 'ill'
$cache = New-Item -ItemType Directory (Join-Path $Folder '..' hub checkpoints)
& "$PSScriptRoot/New-ZeroWeights.ps1" resnet50 (Join-Path $cache resnet50-11ad3fa6.pth)
