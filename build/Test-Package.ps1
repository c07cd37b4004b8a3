<#
.SYNOPSIS
    Checks a packaged module: its natives are those of the platform; on a machine of that platform it imports, loads libtorch and has help.
.DESCRIPTION
    build.ps1 runs this in a fresh process, in which nothing of the module is loaded yet.
#>
param(
    [Parameter(Mandatory)]
    [string] $Package,

    [Parameter(Mandatory)]
    [string] $Runtime
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$bin = [IO.Path]::GetFullPath((Join-Path $Package bin))

# How each system's libraries begin (for a processor, as far as it stands at the start), and what they are called.
$system = $Runtime.Split('-')[0]
$magic, $format = switch ($system) {
    linux { '7F454C46020101', '{0}/lib{1}.so' }  # ELF, 64 bits, little-endian
    win { '4D5A', '{0}/{1}.dll' }                # PE
    osx { 'CFFAEDFE0C000001', '{0}/lib{1}.dylib' } # Mach-O, 64 bits, arm64
}
$torch = "$bin/runtimes/$Runtime/native"
$skia = $system -eq 'win' ? 'libSkiaSharp' : 'SkiaSharp'
$natives = @($skia, 'onnxruntime', 'e_sqlite3' | ForEach-Object { $format -f $bin, $_ }) +
    @('c10', 'torch', 'torch_cpu', 'LibTorchSharp' | ForEach-Object { $format -f $torch, $_ })
foreach ($native in $natives) {
    $start = [byte[]] (Get-Content -LiteralPath $native -AsByteStream -TotalCount 8)
    $found = [Convert]::ToHexString($start)
    # Files for several processors begin with a table of them.
    if (-not $found.StartsWith($magic) -and -not ($system -eq 'osx' -and $found.StartsWith('CAFEBABE'))) {
        throw "$native is no library for $Runtime`: it begins with $found."
    }
}
$other = Get-ChildItem -LiteralPath "$bin/runtimes" | Where-Object Name -NE $Runtime
if ($other) { throw "The package for $Runtime has natives for $($other.Name -join ', ')." }

$here = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
if ($Runtime -ne "$here-$("$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant())") {
    "Checked the files of $Package; it can be imported on $Runtime only."
    return
}

$module = Import-Module ([WildcardPattern]::Escape((Join-Path $Package EasyExplain.psd1))) -PassThru
[EasyExplain.Runtime.NativeLibraries]::LoadTorch()

$strangers = (Get-Process -Id $PID).Modules.FileName | Where-Object { $_ -match 'torch|EasyExplain\.(Core|Loader|PowerShell)' } |
    Where-Object { -not $_.StartsWith((Split-Path $bin)) }
if ($strangers) { throw "Loaded from outside the package: $strangers" }

if ([Runtime.Loader.AssemblyLoadContext]::GetLoadContext([EasyExplain.Runtime.NativeLibraries].Assembly).Name -ne 'EasyExplain') {
    throw 'EasyExplain.Core is not in a load context of its own.'
}

# Help that the engine makes up out of the syntax has no examples.
$silent = $module.ExportedCmdlets.Keys | Where-Object { -not (Get-Help $_ -Full).PSObject.Properties['examples'] }
if ($silent) { throw "Without help in the package: $silent" }
if (-not (Test-Path -LiteralPath "$Package/en-US/about_EasyExplain.help.txt")) { throw 'Without about_EasyExplain in the package.' }

"Imported $($module.Name) $($module.Version) from $Package and loaded libtorch. Cmdlets: $($module.ExportedCmdlets.Keys -join ', ')"
