BeforeDiscovery {
    $cmdlets = 'Export-CamAudit', 'Export-CamOverlay', 'Export-CamReport', 'Find-CamIssue', 'Get-CamAudit', 'Get-CamConcept', 'Get-CamLayer', 'Import-CamModel', 'Invoke-CamExplanation', 'Measure-CamExplanation', 'Merge-CamAudit', 'Select-CamShard', 'Show-CamOverlay'
}

Describe 'The module' {
    BeforeAll {
        $manifest = [WildcardPattern]::Escape([IO.Path]::GetFullPath("$PSScriptRoot/../../EasyExplain.psd1"))
        Import-Module $manifest -Force -ErrorAction Stop
    }

    It 'has a valid manifest' {
        $module = Test-ModuleManifest $manifest -ErrorAction Stop
        $module.Version | Should -Be '0.1.0'
        $module.PowerShellVersion | Should -Be '7.4'
        $module.CompatiblePSEditions | Should -Be 'Core'
        $module.Description | Should -Not -BeNullOrEmpty
    }

    It 'exports its cmdlets, and nothing else' {
        $expected = 'Export-CamAudit', 'Export-CamOverlay', 'Export-CamReport', 'Find-CamIssue', 'Get-CamAudit', 'Get-CamConcept', 'Get-CamLayer', 'Import-CamModel',
            'Invoke-CamExplanation', 'Measure-CamExplanation', 'Merge-CamAudit', 'Select-CamShard', 'Show-CamOverlay'
        (Get-Command -Module EasyExplain -CommandType All).Name | Sort-Object | Should -Be $expected
    }

    It 'gives <_> help with examples' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -Match "^\s*$_" -Because 'help made up out of the syntax starts with the name'
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'can be removed and imported again' {
        Remove-Module EasyExplain -ErrorAction Stop
        Import-Module $manifest -ErrorAction Stop
        Get-Module EasyExplain | Should -Not -BeNullOrEmpty
    }

    It 'works from a folder with spaces and [brackets]' -Skip:$IsWindows {
        # Not below TestDrive, which is searched and cleared recursively.
        $link = Join-Path ([IO.Path]::GetTempPath()) "a b [1] $([guid]::NewGuid())"
        $root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
        [void] [IO.Directory]::CreateSymbolicLink($link, $root)
        try {
            $script = "Import-Module ([WildcardPattern]::Escape('$link/EasyExplain.psd1')); (Invoke-CamExplanation '$root/examples/photos/cat.jpg' -Model (Import-CamModel)).Map.Layer"
            & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -Command $script 2>&1 | Should -Be 'layer3'
        }
        finally {
            [IO.Directory]::Delete($link) # the link, not what it leads to
        }
    }

    It 'takes no loader from the current folder' {
        $null = New-Item -ItemType Directory "$TestDrive/bin"
        foreach ($file in 'EasyExplain.Loader.dll', 'bin/EasyExplain.Loader.dll') { Set-Content "$TestDrive/$file" 'no assembly' }
        $script = "Set-Location '$TestDrive'; Import-Module '$($manifest.Replace("'", "''"))'; (Get-Command -Module EasyExplain).Count"
        & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -Command $script 2>&1 | Should -Be 13
    }

    It 'leaves OpenMP as the user has set it before the import' -Skip:(-not $IsLinux) {
        $script = "`$env:GOMP_SPINCOUNT = '77'; Import-Module '$($manifest.Replace("'", "''"))'; `$null = Import-CamModel"
        # libgomp says what it found in the environment while it was loaded, if this asks it to.
        $said = env -u OMP_WAIT_POLICY OMP_DISPLAY_ENV=VERBOSE "$PSHOME/pwsh" -NoProfile -NonInteractive -Command $script 2>&1
        $said -match 'GOMP_SPINCOUNT' | Should -BeLike "*'77'"
    }
}
