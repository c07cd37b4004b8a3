BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:cat = Resolve-Path "$PSScriptRoot/../../examples/photos/cat.jpg"
    $script:explanation = Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation $cat
    Push-Location $TestDrive # the photo does not lie below, so that pictures go to the destination itself
}

AfterAll { Pop-Location }

Describe 'Export-CamOverlay' {
    It 'writes what was asked for, and prints the files with -PassThru' {
        $files = $explanation | Export-CamOverlay (Join-Path $TestDrive new/out) -Style Overlay, Panel -PassThru
        $files.Name | Should -Be 'cat_LayerCAM_cat_overlay.png', 'cat_LayerCAM_cat_panel.png'
        $files | ForEach-Object { $_.Length | Should -BeGreaterThan 10000 }
    }

    It 'writes into a folder with brackets in its name' {
        $explanation | Export-CamOverlay (Join-Path $TestDrive 'out [1]')
        [System.IO.File]::Exists((Join-Path $TestDrive 'out [1]/cat_LayerCAM_cat_overlay.png')) | Should -BeTrue
    }

    It 'writes nothing with -WhatIf' {
        $explanation | Export-CamOverlay (Join-Path $TestDrive nothing) -WhatIf
        Join-Path $TestDrive nothing | Should -Not -Exist
    }

    It 'leaves a file alone with -NoClobber' {
        $folder = Join-Path $TestDrive once
        $first = $explanation | Export-CamOverlay $folder -PassThru
        $explanation | Export-CamOverlay $folder -NoClobber -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'OverlayExists*'
        (Get-Item $first.FullName).LastWriteTime | Should -Be $first.LastWriteTime
    }

    It 'leaves nothing but the finished file behind' {
        $folder = Join-Path $TestDrive clean
        $explanation | Export-CamOverlay $folder -Style Overlay, Mask
        Get-ChildItem $folder -Force | Should -HaveCount 2
    }

    It 'completes styles and colormaps with Tab' {
        $line = 'Export-CamOverlay -Colormap V'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Viridis'
    }
}
