# The photos of tests/cluster/run: so many of CIFAR-10's test images, from the developers' folder, or else those of the tests and the
# examples, several times; and one that is broken. Writes how many each shard has, a line for each.
param(
    [Parameter(Mandatory)] [string] $Destination,
    [Parameter(Mandatory)] [int] $Shards,
    [Parameter(Mandatory)] [string] $Counts,
    [int] $Images
)

$ErrorActionPreference = 'Stop'
$root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
Import-Module "$root/EasyExplain.psd1"

if ($Images) {
    $archive = [IO.Compression.ZipFile]::OpenRead("$root/../shared/datasets/cifar10/test.zip")
    # As many of each class.
    $entries = $archive.Entries.Where({ $_.FullName -like '*.jpg' }) | Sort-Object Name, FullName | Select-Object -First ($Images - 1)
    foreach ($entry in $entries) {
        $class = [IO.Directory]::CreateDirectory("$Destination/$([IO.Path]::GetFileName([IO.Path]::GetDirectoryName($entry.FullName)))")
        [IO.Compression.ZipFileExtensions]::ExtractToFile($entry, "$class/$($entry.Name)")
    }
    $archive.Dispose()
}
else {
    foreach ($copy in 1..4) {
        $folder = [IO.Directory]::CreateDirectory("$Destination/$copy").FullName
        foreach ($photo in Get-ChildItem "$root/examples/photos", "$root/tests/data/detection/canvases/images" -Filter *.jpg) {
            [IO.File]::Copy($photo.FullName, "$folder/$($photo.Name)")
        }
    }
}
[IO.File]::Copy("$root/tests/data/images/truncated_header.jpg", "$Destination/truncated_header.jpg")

Push-Location $Destination
$lines = foreach ($shard in 1..$Shards) { @(Get-ChildItem . -Recurse -File | Select-CamShard "$shard/$Shards").Count }
[IO.File]::WriteAllLines($Counts, [string[]] $lines)
