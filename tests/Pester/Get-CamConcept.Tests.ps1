BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    $script:photos = Resolve-Path "$PSScriptRoot/../../examples/photos"
    $script:cat = Join-Path $photos 'cat.jpg'
}

Describe 'Get-CamConcept' {
    It 'finds five concepts, the largest first, that explain most of the layer' {
        $found = Get-CamConcept $cat -Model $model
        $found | Should -HaveCount 1
        $found.Layer | Should -Be 'layer3'
        $found.Concepts.Index | Should -Be (1..5)
        $found.Concepts.Share | Sort-Object -Descending | Should -Be $found.Concepts.Share
        $found.Explained | Should -BeGreaterThan 0.8
        $found.Explained | Should -BeLessOrEqual 1
    }

    It 'finds cat among what the concepts of a cat speak for' {
        (Get-CamConcept $cat -Model $model -Top 1).Concepts.Predictions.Label | Should -Contain 'cat'
    }

    It 'gives the same concepts every time' {
        $first, $second = Get-CamConcept $cat, $cat -Model $model
        "$($second.Concepts)" | Should -Be "$($first.Concepts)"
        $second.Concepts[4].Map.ToArray() | Should -Be $first.Concepts[4].Map.ToArray()
    }

    It 'gives one object a photo and layer' {
        $found = $model | Get-CamLayer layer2, layer3 | Get-CamConcept "$photos/c*.jpg" -Count 2
        $found | Should -HaveCount 6
        $found.Layer | Select-Object -Unique | Should -Be 'layer2', 'layer3'
    }

    It 'takes files from Get-ChildItem, strange names too' {
        Copy-Item $cat (Join-Path $TestDrive 'a [1].jpg')
        Copy-Item $cat (Join-Path $TestDrive 'größe 人.jpg')
        $found = Get-ChildItem $TestDrive -Filter *.jpg | Get-CamConcept -Model $model -Count 1
        $found.Path | Split-Path -Leaf | Sort-Object | Should -Be 'a [1].jpg', 'größe 人.jpg'
    }

    It 'streams: the first concepts are there before the second photo is named' {
        $seen = [System.Collections.Generic.List[string]]::new()
        & { $seen.Add('first named'); $cat; $seen.Add('second named'); $cat } |
            Get-CamConcept -Model $model -Count 1 | ForEach-Object { $seen.Add('found') }
        $seen | Should -Be 'first named', 'found', 'second named', 'found'
    }

    It 'goes on after a bad photo, with one error that names it' {
        Set-Content (Join-Path $TestDrive 'text.jpg') 'hello'
        $found = (Join-Path $TestDrive 'text.jpg'), $cat | Get-CamConcept -Model $model -ErrorVariable problem -ErrorAction SilentlyContinue
        $found | Should -HaveCount 1
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotAnImage*'
        $problem[0].TargetObject | Should -BeLike '*text.jpg'
    }

    It 'prints a line for each concept' {
        $text = Get-CamConcept $cat -Model $model -Count 2 | Out-String -Width 120
        $text | Should -Match 'cat\.jpg\s+layer3\s+1 \(\d+ %\): \w+ [\d.]+ %, \w+ [\d.]+ %\s+2 \('
    }

    It 'says with -Verbose what was chosen' {
        $said = Get-CamConcept $cat -Model $model -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$said" | Should -BeLike '*5 concepts at layer3*'
    }

    It 'is drawn by Export-CamOverlay' {
        $files = Get-CamConcept $cat -Model $model | Export-CamOverlay (Join-Path $TestDrive out) -Style Overlay, Heatmap, Panel -PassThru
        $files.Name | Should -Be 'cat_DFF_layer3_overlay.png', 'cat_DFF_layer3_heatmap.png', 'cat_DFF_layer3_panel.png'
        $files | ForEach-Object { $_.Length | Should -BeGreaterThan 10000 }
    }

    It 'has no mask' {
        { Get-CamConcept $cat -Model $model | Export-CamOverlay (Join-Path $TestDrive out) -Style Mask } |
            Should -Throw -ErrorId 'StyleNotPossible*' -ExpectedMessage '*Overlay, Heatmap or Panel*'
    }

    It 'stops at once for a layer that is not there, and names near ones' {
        { Get-CamConcept $cat -Model $model -Layer layer33 } | Should -Throw -ErrorId 'LayerNotFound*' -ExpectedMessage '*layer3*'
    }

    It 'completes the layers of the model at hand' {
        $line = 'Get-CamConcept -Model $model -Layer layer3.0.c'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'layer3.0.conv1', 'layer3.0.conv2'
    }
}
