<#
.SYNOPSIS
    Builds, tests and packages EasyExplain; writes nothing outside bin/, obj/, en-US/ (the help) and artifacts/.
.DESCRIPTION
    Runs in PowerShell 7.4 and later. A machine that has none gets it from the clone:
        dotnet tool restore
        dotnet pwsh build.ps1 -Task Package

    Build    builds the solution; the module is ready to import from EasyExplain.psd1 afterwards.
    Test     runs all tests, those of Pester too.
    Package  lays out the module for release under artifacts/EasyExplain, imports it from there in a fresh process, and packs it as
             artifacts/EasyExplain.<version>.nupkg. It has the natives of this machine's platform.
    Clean    removes bin/, obj/, en-US/ and artifacts/.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string] $Task = 'Build',

    # Package always takes Release.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot

function At {
    param([string[]] $Parts)
    [IO.Path]::Combine([string[]](@($root) + $Parts))
}

function Invoke-Dotnet {
    param([string[]] $Arguments)
    "> dotnet $Arguments"
    & dotnet @Arguments
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($Arguments[0]) failed with exit code $LASTEXITCODE." }
}

function Invoke-Build {
    Invoke-Dotnet build, (At 'EasyExplain.PowerShell.sln'), '--configuration', $Configuration
}

function Invoke-Test {
    Invoke-Dotnet test, (At 'EasyExplain.PowerShell.sln'), '--configuration', $Configuration
}

function Invoke-Package {
    $package = At artifacts, EasyExplain
    if ([IO.Directory]::Exists($package)) { [IO.Directory]::Delete($package, $true) }

    # Built straight into the package: nothing old gets in, and the module in bin/ may be in use.
    Invoke-Dotnet build, (At src, EasyExplain.PowerShell), '--configuration', Release, "-p:ModuleBin=$(At artifacts, EasyExplain, bin)/"
    # Symbols and the documentation for compilers help nobody who imports a module.
    foreach ($pattern in 'bin/*.pdb', 'bin/*.xml') {
        foreach ($file in [IO.Directory]::GetFiles($package, $pattern)) { [IO.File]::Delete($file) }
    }
    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($package, 'examples'))
    foreach ($name in 'EasyExplain.psd1', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'README.md', 'CHANGELOG.md', 'examples/scheduled-audit.ps1') {
        [IO.File]::Copy((At $name), [IO.Path]::Combine($package, $name))
    }
    Copy-License ([IO.Path]::Combine($package, 'licenses'))
    Remove-NativeSymbols ([IO.Path]::Combine($package, 'bin', 'runtimes', 'linux-x64', 'native', 'libtorch_cpu.so'))

    $check = At build, Test-Package.ps1
    & (Join-Path $PSHOME pwsh) -NoProfile -File $check $package
    if ($LASTEXITCODE -ne 0) { throw "The package in $package does not import." }

    $bytes = 0
    foreach ($file in [IO.Directory]::GetFiles($package, '*', 'AllDirectories')) { $bytes += [IO.FileInfo]::new($file).Length }
    'Package: {0}, {1:N0} MB' -f $package, ($bytes / 1MB)
    $nupkg = & (At build, New-ModulePackage.ps1) $package (At artifacts)
    'Package: {0}, {1:N0} MB' -f $nupkg, ([IO.FileInfo]::new($nupkg).Length / 1MB)
}

# Binaries may be passed on with their licences' own words: those that each package brings.
function Copy-License {
    param([string] $Destination)
    $assets = [Text.Json.JsonDocument]::Parse([IO.File]::ReadAllText((At src, EasyExplain.PowerShell, obj, project.assets.json))).RootElement
    foreach ($library in $assets.GetProperty('libraries').EnumerateObject()) {
        if ($library.Value.GetProperty('type').GetString() -ne 'package') { continue }
        foreach ($file in $library.Value.GetProperty('files').EnumerateArray().GetString() -match '^(LICENSE|THIRD-PARTY)[^/]*$') {
            $folder = [IO.Path]::Combine($Destination, $library.Name.Split('/')[0])
            $null = [IO.Directory]::CreateDirectory($folder)
            foreach ($cache in $assets.GetProperty('packageFolders').EnumerateObject().Name) {
                $source = [IO.Path]::Combine($cache, $library.Value.GetProperty('path').GetString(), $file)
                if ([IO.File]::Exists($source)) { [IO.File]::Copy($source, [IO.Path]::Combine($folder, $file), $true) }
            }
        }
    }
    [IO.File]::Copy((At src, EasyExplain.Core, Imaging, Resources, DejaVuSans.LICENSE.txt), [IO.Path]::Combine($Destination, 'DejaVuSans.LICENSE.txt'))
}

# A fifth of libtorch on Linux is a table of names that only debuggers read.
function Remove-NativeSymbols {
    param([string] $Library)
    $strip = Get-Command strip -CommandType Application -ErrorAction Ignore
    if (-not [IO.File]::Exists($Library)) { return }
    if (-not $strip) { "Kept the symbols of $Library`: no strip (binutils) on this machine."; return }
    & @($strip)[0].Source --strip-unneeded $Library
    if ($LASTEXITCODE -ne 0) { throw "strip failed with exit code $LASTEXITCODE." }
}

function Invoke-Clean {
    $folders = @(At bin; At en-US; At artifacts)
    foreach ($room in 'src', 'tests', 'build', 'tools') {
        if (-not [IO.Directory]::Exists((At $room))) { continue }
        foreach ($folder in @(At $room) + [IO.Directory]::GetDirectories((At $room))) {
            if ([IO.Directory]::GetFiles($folder, '*.csproj').Length -gt 0) {
                $folders += [IO.Path]::Combine($folder, 'bin'), [IO.Path]::Combine($folder, 'obj')
            }
        }
    }
    foreach ($folder in $folders) {
        if ([IO.Directory]::Exists($folder)) {
            [IO.Directory]::Delete($folder, $true)
            "Removed $folder"
        }
    }
}

switch ($Task) {
    'Build' { Invoke-Build }
    'Test' { Invoke-Test }
    'Package' { Invoke-Package }
    'Clean' { Invoke-Clean }
}
