<#
.SYNOPSIS
    Builds, tests and packages EasyExplain; writes nothing outside bin/, obj/, en-US/ (the help) and artifacts/
    but EasyExplain.Loader.dll, and for Docs docs/cmdlets/.
.DESCRIPTION
    Runs in PowerShell 7.4 and later; Package in 7.5 and later, whose PSResourceGet packs modules. A machine that has none gets it from the
    clone:
        dotnet tool restore
        dotnet pwsh build.ps1 -Task Package
        dotnet pwsh -c './build.ps1 -Task Package -Runtime linux-x64, win-x64, osx-arm64'

    Build    builds the solution; the module is ready to import from EasyExplain.psd1 afterwards.
    Test     runs all tests, those of Pester too.
    Docs     writes the cmdlets' help as Markdown, one page for each cmdlet, to docs/cmdlets.
    Package  lays out the module for release under artifacts/<platform>/EasyExplain, packs it as EasyExplain.<version>.nupkg beside that,
             and checks it in a fresh process, which imports it where it is for this machine's platform.
    Clean    removes what a build writes.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Docs', 'Package', 'Clean')]
    [string] $Task = 'Build',

    # Package always takes Release.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    # For which platforms Package makes a package each; by default, this machine's. The natives of all three come with the restore.
    [ValidateSet('linux-x64', 'win-x64', 'osx-arm64')]
    [string[]] $Runtime
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot

function Invoke-Dotnet {
    param([string[]] $Arguments)
    "> dotnet $Arguments"
    & dotnet @Arguments
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($Arguments[0]) failed with exit code $LASTEXITCODE." }
}

function Invoke-Build {
    Invoke-Dotnet build, "$root/EasyExplain.PowerShell.sln", '--configuration', $Configuration
}

function Invoke-Test {
    Invoke-Dotnet test, "$root/EasyExplain.PowerShell.sln", '--configuration', $Configuration
}

function Invoke-Docs {
    Invoke-Dotnet build, "$root/src/EasyExplain.PowerShell", '--configuration', $Configuration, '-t:CmdletPages'
}

function Invoke-Package {
    param([string] $For)
    $package = "$root/artifacts/$For/EasyExplain"
    Remove-Tree "$root/artifacts/$For"

    # Built straight into the package: nothing old gets in, and the module in bin/ may be in use.
    Invoke-Dotnet build, "$root/src/EasyExplain.PowerShell", '--configuration', Release,
        "-p:RuntimeIdentifier=$For", "-p:ModuleBin=$package/bin/"
    $nupkg = & "$root/build/New-ModulePackage.ps1" $package

    & ([Environment]::ProcessPath) @(Get-PwshDll) -NoProfile -File "$root/build/Test-Package.ps1" $package $For
    if ($LASTEXITCODE -ne 0) { throw "The package in $package is not fit for use." }

    'Package: {0}, {1:N0} MB' -f $package, ((Get-ChildItem -LiteralPath $package -File -Recurse | Measure-Object Length -Sum).Sum / 1MB)
    'Package: {0}, {1:N0} MB' -f $nupkg.FullName, ($nupkg.Length / 1MB)
    if (-not (Import-PowerShellDataFile -LiteralPath "$package/EasyExplain.psd1").PrivateData.PSData['ProjectUri']) {
        Write-Warning 'EasyExplain.psd1 has no ProjectUri: set it before the package is published.'
    }
}

# As a dotnet tool, PowerShell runs in dotnet's process.
function Get-PwshDll {
    if ((Split-Path -LeafBase ([Environment]::ProcessPath)) -eq 'dotnet') { [Environment]::GetCommandLineArgs()[0] }
}

function Remove-Tree {
    param([string] $Folder)
    if (Test-Path -LiteralPath $Folder) {
        Remove-Item -LiteralPath $Folder -Recurse -Force
        "Removed $Folder"
    }
}

function Invoke-Clean {
    foreach ($name in 'bin', 'en-US', 'artifacts', 'EasyExplain.Loader.dll') { Remove-Tree "$root/$name" }
    foreach ($room in 'src', 'tests', 'build', 'tools') {
        foreach ($project in Get-ChildItem -LiteralPath "$root/$room" -Filter *.csproj -Recurse -Depth 1) {
            Remove-Tree "$($project.DirectoryName)/bin"
            Remove-Tree "$($project.DirectoryName)/obj"
        }
    }
}

switch ($Task) {
    'Build' { Invoke-Build }
    'Test' { Invoke-Test }
    'Docs' { Invoke-Docs }
    'Package' {
        if (-not $Runtime) { $Runtime = dotnet msbuild "$root/src/EasyExplain.PowerShell" -getProperty:RuntimeIdentifier }
        foreach ($each in $Runtime) { Invoke-Package $each }
    }
    'Clean' { Invoke-Clean }
}
