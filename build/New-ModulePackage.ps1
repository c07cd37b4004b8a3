<#
.SYNOPSIS
    Makes a package of a built module: adds the manifest, the documents and all licences to its folder, and packs it as a .nupkg.
.DESCRIPTION
    The .nupkg lies beside the folder; Publish-PSResource, Install-PSResource and NuGet feeds take it. Needs no network.
    A file in bin/ that no part of Licenses.psd1 covers is an error. The platform is the one whose natives lie in bin/runtimes/.
.OUTPUTS
    The .nupkg.
#>
#requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PSResourceGet'; ModuleVersion = '1.1.0' }
[OutputType([IO.FileInfo])]
param(
    # The module's folder, EasyExplain, with bin/, en-US/ and EasyExplain.Loader.dll as the build makes them.
    [Parameter(Mandatory)]
    [string] $Module
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Split-Path $PSScriptRoot
$bin = Join-Path $Module bin

# Symbols, import libraries and the documentation for compilers help nobody who imports a module.
Get-ChildItem -LiteralPath $bin -File | Where-Object Extension -In '.pdb', '.lib', '.xml' | Remove-Item

foreach ($name in 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'CHANGELOG.md') { Copy-Item -LiteralPath "$root/$name" $Module }
$null = New-Item -ItemType Directory -Force "$Module/examples"
foreach ($example in 'scheduled-audit.ps1', 'merge-shards.ps1', 'slurm', 'kubernetes') {
    Copy-Item -LiteralPath "$root/examples/$example" "$Module/examples" -Recurse -Force
}

# The licences of the parts that are there.
$assets = Get-Content -Raw -LiteralPath "$root/src/EasyExplain.PowerShell/obj/project.assets.json" | ConvertFrom-Json -AsHashtable
$parts = Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Licenses.psd1"
$files = @(Get-ChildItem -LiteralPath $bin -File -Recurse | ForEach-Object { [IO.Path]::GetRelativePath($bin, $_.FullName).Replace('\', '/') })
$covered = foreach ($part in $parts.Keys) {
    $own = @($files | Where-Object { $file = $_; $parts[$part].Files | Where-Object { $file -like $_ } })
    $own
    if (-not $own -or -not $parts[$part].Texts) { continue }
    $folder = (New-Item -ItemType Directory -Force "$Module/licenses/$part").FullName
    foreach ($text in $parts[$part].Texts) {
        if ($text -match '^nuget:(.+?)/(.+)$') {
            $path = $assets.libraries[@($assets.libraries.Keys -like "$($Matches[1])/*")[0]].path
            $copies = @($assets.packageFolders.Keys | ForEach-Object { "$_/$path/$($Matches[2])" })
        }
        else { $copies = @("$PSScriptRoot/licenses/$text") }
        $copy = $copies | Where-Object { Test-Path -LiteralPath $_ } | Select-Object -First 1
        if (-not $copy) { throw "The licence of $part is not where build/Licenses.psd1 says: no $($copies -join ', ')." }
        Copy-Item -LiteralPath $copy $folder
    }
}
$strangers = $files | Where-Object { $_ -notin $covered }
if ($strangers) {
    throw "Whose licence covers '$($strangers -join "', '")'? Name the part in build/Licenses.psd1 and in THIRD-PARTY-NOTICES.md."
}

$runtime = @((Get-ChildItem -LiteralPath "$bin/runtimes").Name)
if ($runtime.Count -ne 1) { throw "A package is for one platform; $bin/runtimes has $($runtime.Count): $($runtime -join ', ')." }

# The manifest is the repository's, but for the tags: this package's platform, and the words by which the Gallery finds cmdlets.
$text = Get-Content -Raw -LiteralPath "$root/EasyExplain.psd1"
$platforms = "'Linux', 'Windows', 'MacOS'"
if (-not $text.Contains($platforms)) { throw "The tags of EasyExplain.psd1 do not end with $platforms." }
$cmdlets = (Import-PowerShellDataFile -LiteralPath "$root/EasyExplain.psd1").CmdletsToExport
$platform = @{ linux = 'Linux'; win = 'Windows'; osx = 'MacOS' }[$runtime[0].Split('-')[0]]
$tags = @($platform; 'PSIncludes_Cmdlet'; $cmdlets -replace '^', 'PSCmdlet_'; $cmdlets -replace '^', 'PSCommand_')
Set-Content -NoNewline -LiteralPath "$Module/EasyExplain.psd1" $text.Replace($platforms, "'$($tags -join "', '")'")

# Test-ModuleManifest, which it would call, does not take [brackets].
$folder, $beside = $Module, (Split-Path $Module) | ForEach-Object { [WildcardPattern]::Escape($_) }
Compress-PSResource -Path $folder -DestinationPath $beside -PassThru -SkipModuleManifestValidate
