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

Describe 'Export-CamOverlay, one picture to one file' {
    It 'writes it, as its name says: <name>' -ForEach @(
        @{ name = 'one/result.png'; first = 0x89 }
        @{ name = 'one/result.JPG'; first = 0xFF }
        @{ name = 'one/result.jpeg'; first = 0xFF }
        @{ name = 'one/a [1].webp'; first = [int][char] 'R' }
    ) {
        $file = $explanation | Export-CamOverlay (Join-Path $TestDrive $name) -Style Panel -PassThru
        $file.FullName | Should -Be ([IO.Path]::Combine($TestDrive, $name))
        [IO.File]::ReadAllBytes($file.FullName)[0] | Should -Be $first
        $explanation | Export-CamOverlay (Join-Path $TestDrive $name) -NoClobber -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'OverlayExists*'
    }

    It 'has no room for several: <what>' -ForEach @(
        @{ what = 'explanations'; run = { $explanation, $explanation | Export-CamOverlay out/two.png } }
        @{ what = 'explanations in one list'; run = { Export-CamOverlay out/two.png -InputObject $explanation, $explanation } }
        @{ what = 'styles'; run = { $explanation | Export-CamOverlay out/two.png -Style Overlay, Mask } }
    ) {
        $run | Should -Throw -ErrorId 'DestinationIsFile*' -ExpectedMessage '*two.png*is one file*folder*'
    }

    It 'takes a folder of such a name for a folder' {
        $null = New-Item -ItemType Directory (Join-Path $TestDrive 'album.png')
        ($explanation, $explanation | Export-CamOverlay (Join-Path $TestDrive album.png) -PassThru).Name | Should -HaveCount 2
    }

    It 'says what does not go with it: <options>' -ForEach @(
        @{ options = @{ Destination = 'x.png'; Format = 'Jpeg' }; id = 'FormatMismatch'; says = '*x.png*Jpeg*' }
        @{ options = @{ Destination = 'x.gif' }; id = 'FormatMismatch'; says = '*.png, .jpg or .webp*.gif*' }
        @{ options = @{ Destination = 'x.png'; FileName = '{Name}' }; id = 'DestinationIsFile'; says = '*-FileName*' }
        @{ options = @{ Destination = 'x.png'; RelativeTo = '.' }; id = 'DestinationIsFile'; says = '*-RelativeTo*' }
    ) {
        { $explanation | Export-CamOverlay @options } | Should -Throw -ErrorId "$id,*" -ExpectedMessage $says
        'x.png', 'x.gif' | Should -Not -Exist
    }
}

Describe 'Export-CamOverlay, how it looks' {
    It 'completes styles and colour maps with a line on each: <line>' -ForEach @(
        @{ line = 'Export-CamOverlay -Style '; found = 'Overlay', 'Heatmap', 'Mask', 'Panel', 'Boxes' }
        @{ line = 'Export-CamOverlay -Style Overlay, p'; found = 'Panel' }
        @{ line = 'Show-CamOverlay -Style m'; found = 'Mask' }
        @{ line = 'Show-CamOverlay -Colormap '; found = 'Jet', 'Turbo', 'Viridis', 'Inferno', 'Magma', 'Plasma', 'Cividis', 'Gray', 'Seismic' }
    ) {
        $matches = (TabExpansion2 $line $line.Length).CompletionMatches
        $matches.CompletionText | Should -Be $found
        $matches | ForEach-Object { $_.ToolTip | Should -Not -Be $_.CompletionText }
    }

    It 'takes them by name or by value, and names what there is' {
        $explanation | Export-CamOverlay look.png -Style ([EasyExplain.Explanation.OverlayStyle]::Heatmap) -Colormap gray -PassThru | Should -HaveCount 1
        { $explanation | Export-CamOverlay look -Style Overlai } | Should -Throw "*'Overlai'*Near: Overlay*"
        { $explanation | Export-CamOverlay look -Colormap Rainbow } | Should -Throw "*'Rainbow'*Jet*"
    }

    It 'warns of an option that its styles do not heed: <options>' -ForEach @(
        @{ options = @{ Threshold = 0.4 }; says = '-Threshold*Overlay*Mask, Panel*' }
        @{ options = @{ Style = 'Mask'; Alpha = 0.4; Colormap = 'Gray' }; says = '-Alpha*Mask*', '-Colormap*Mask*' }
        @{ options = @{ Style = 'Panel'; MaxSize = 100 }; says = '-MaxSize*Panel*' }
        @{ options = @{ Style = 'Mask', 'Overlay'; Alpha = 0.4; Threshold = 0.4; MaxSize = 100 }; says = @() }
    ) {
        $explanation | Export-CamOverlay (Join-Path $TestDrive heed) @options -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount $says.Count
        foreach ($one in $says) { @($warnings) -like $one | Should -HaveCount 1 }
    }

    Context 'of a detector' {
        BeforeAll {
            $data = "$PSScriptRoot/../data/detection"
            $detector = Import-CamModel "$data/cifar_canvas.onnx"
            $image = Join-Path $data canvases/images/0000.jpg
            $found = @(Invoke-CamExplanation $image $detector)
        }

        It 'tells detections of one image apart, and has all of them in a panel and in Boxes' {
            $out = Join-Path $TestDrive things
            $names = ($found | Export-CamOverlay $out -Style Overlay, Panel, Boxes -PassThru).Name
            $names | Should -HaveCount ($found.Count + 2)
            $names | Should -Contain '0000_LayerCAM_all_boxes.png'
            $names | Should -Contain "0000_LayerCAM_0_$($found[0].Label)_overlay.png"
            $messages = Invoke-CamExplanation $image $detector -SkipExisting $out -Verbose 4>&1
            "$messages" | Should -Match 'passed over'
        }

        It 'shows an image in which nothing was found, and knows it again' {
            $out = Join-Path $TestDrive nothing
            $ask = @{ Path = $image; Model = $detector; MinProbability = 1 }
            (Invoke-CamExplanation @ask | Export-CamOverlay $out -PassThru).Name | Should -Be '0000_LayerCAM_nothing_overlay.png'
            "$(Invoke-CamExplanation @ask -SkipExisting $out -Verbose 4>&1)" | Should -Match 'passed over'
        }

        It 'has no boxes of a classifier' {
            { $explanation | Export-CamOverlay (Join-Path $TestDrive none) -Style Boxes } | Should -Throw -ErrorId 'StyleNotPossible,*'
        }
    }
}
