<#
.SYNOPSIS
    Imports a packaged module and loads its native libraries; fails if one of them does not come from the package, or help is missing.
.DESCRIPTION
    build.ps1 runs this in a fresh process, in which nothing of the module is loaded yet.
#>
param(
    [Parameter(Mandatory)]
    [string] $Package
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$module = Import-Module ([WildcardPattern]::Escape([IO.Path]::Combine($Package, 'EasyExplain.psd1'))) -PassThru
[EasyExplain.Runtime.NativeLibraries]::LoadTorch()

$bin = [IO.Path]::GetFullPath([IO.Path]::Combine($Package, 'bin'))
$strangers = [Diagnostics.Process]::GetCurrentProcess().Modules.FileName | Where-Object { $_ -match 'torch|EasyExplain\.(Core|Loader|PowerShell)' } |
    Where-Object { -not $_.StartsWith($bin) }
if ($strangers) { throw "Loaded from outside the package: $strangers" }

if ([Runtime.Loader.AssemblyLoadContext]::GetLoadContext([EasyExplain.Runtime.NativeLibraries].Assembly).Name -ne 'EasyExplain') {
    throw 'EasyExplain.Core is not in a load context of its own.'
}

# Help that the engine makes up out of the syntax has no examples.
$silent = $module.ExportedCmdlets.Keys | Where-Object { -not (Get-Help $_ -Full).PSObject.Properties['examples'] }
if ($silent) { throw "Without help in the package: $silent" }
if (-not [IO.File]::Exists([IO.Path]::Combine($Package, 'en-US', 'about_EasyExplain.help.txt'))) { throw 'Without about_EasyExplain in the package.' }

"Imported $($module.Name) $($module.Version) from $Package and loaded libtorch. Cmdlets: $($module.ExportedCmdlets.Keys -join ', ')"
