# Core and the packages that only it calls have a load context of their own (src/EasyExplain.Loader). Each test has a process of its own.
BeforeAll {
    $script:root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")

    function Invoke-Fresh([string] $Script) {
        $start = @"
            `$ErrorActionPreference = 'Stop'
            `$manifest = [WildcardPattern]::Escape('$root/EasyExplain.psd1')
            `$cat = '$root/examples/photos/cat.jpg'
            function Get-Loaded([string] `$Name) { [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -like `$Name } }
"@
        $file = Join-Path $TestDrive script.ps1
        Set-Content $file "$start`n$Script"
        & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -File $file 2>&1
    }
}

Describe 'The load context' {
    It 'holds Core; the cmdlets and TorchSharp are in the default one' {
        Invoke-Fresh @'
            Import-Module $manifest
            $null = Invoke-CamExplanation $cat -Model (Import-CamModel)
            Get-Loaded * | Where-Object { $_.Location -and $_.Location.StartsWith([IO.Path]::GetDirectoryName($manifest)) } | Sort-Object { $_.GetName().Name } |
                ForEach-Object { "$([Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name) $($_.GetName().Name)" }
'@ | Should -Be 'EasyExplain EasyExplain.Core', 'Default EasyExplain.Loader', 'Default EasyExplain.PowerShell', 'EasyExplain Google.Protobuf',
            'EasyExplain Microsoft.ML.OnnxRuntime', 'EasyExplain SixLabors.ImageSharp', 'EasyExplain SkiaSharp', 'Default TorchSharp'
    }

    It 'is not made by looking at the module' {
        Invoke-Fresh @'
            $null = Test-ModuleManifest $manifest
            $null = Get-Module $manifest -ListAvailable
            @(Get-Loaded EasyExplain*).Count
'@ | Should -Be 0
    }

    It 'is one for all runspaces' {
        Invoke-Fresh @'
            1..4 | ForEach-Object -Parallel { Import-Module $using:manifest; (Import-CamModel) -is [EasyExplain.Models.CamModel] }
            Import-Module $manifest
            @(Get-Loaded EasyExplain.Core).Count
'@ | Should -Be True, True, True, True, 1
    }

    It 'outlives <_>' -ForEach 'Import-Module $manifest -Force', 'Remove-Module EasyExplain; Import-Module $manifest' {
        Invoke-Fresh ('Import-Module $manifest; $model = Import-CamModel; ' + $_ + @'

            (Invoke-CamExplanation $cat -Model $model).Label
            (Import-CamModel).GetType() -eq $model.GetType()
'@) | Should -Be cat, True
    }

    It 'gives way to a Core that a script has loaded itself' {
        Invoke-Fresh @"
            `$null = [Reflection.Assembly]::LoadFrom('$root/bin/EasyExplain.Core.dll')
            Import-Module `$manifest
            (Import-CamModel) -is [EasyExplain.Models.CamModel]
"@ | Should -Be True
    }
}

Describe 'Type names' {
    It 'are known to scripts once the module is imported' {
        Invoke-Fresh @'
            Import-Module $manifest
            function Get-Label([EasyExplain.Explanation.CamExplanation] $Explanation) { $Explanation.Label }
            $model = Import-CamModel
            Get-Label (Invoke-CamExplanation $cat -Model $model)
            [EasyExplain.Models.CamModel[]] $models = $model
            $models[0] -is ('EasyExplain.Models.CamModel' -as [type])
            [EasyExplain.Runtime.NativeLibraries]::LoadTorch()
            (New-Object EasyExplain.Networks.Extent 2, 3).GetType().FullName
            [Type]::GetType('EasyExplain.Models.CamModel, EasyExplain.Core') -eq [EasyExplain.Models.CamModel]
'@ | Should -Be cat, True, EasyExplain.Networks.Extent, True
    }

    It 'are known to classes and using namespace' {
        $class = Join-Path $TestDrive class.ps1
        Set-Content $class @'
            using namespace EasyExplain.Models
            class Holder { [CamModel] $Model; [EasyExplain.Models.CamModel] Get() { return $this.Model } }
            [Holder] @{ Model = $args[0] }
'@
        Invoke-Fresh "Import-Module `$manifest; (& '$class' (Import-CamModel)).Get().Name" | Should -Be 'resnet20-cifar10'
    }

    It 'are all there: every public type of Core' {
        Invoke-Fresh @'
            Import-Module $manifest
            (Get-Loaded EasyExplain.Core).GetExportedTypes() | Where-Object { $_.FullName -as [type] -ne $_ }
'@ | Should -BeNullOrEmpty
    }
}
