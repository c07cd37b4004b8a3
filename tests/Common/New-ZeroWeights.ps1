# Writes a state dict of zeros (float16, safetensors) for an architecture, whatever the file's name ends with.
param([string] $Architecture, [string] $Path, [long] $Classes = 1000, [long] $Channels = 3)

[EasyExplain.Runtime.NativeLibraries]::LoadTorch()
$network = [EasyExplain.Architectures.ArchitectureCatalog]::Find($Architecture).Build($Classes, $null, $null, $Channels)
$tensors = [System.Collections.Generic.Dictionary[string, TorchSharp.torch+Tensor]]::new()
foreach ($parameter in $network.Parameters) {
    $tensors[$parameter.Name] = [TorchSharp.torch]::zeros([long[]] $parameter.Shape, [TorchSharp.torch+ScalarType]::Float16)
}
[EasyExplain.Weights.SafetensorsWriter]::Write($Path, [System.Linq.Enumerable]::ToArray($tensors), $null)
foreach ($tensor in $tensors.Values) { $tensor.Dispose() }
$network.Dispose()
