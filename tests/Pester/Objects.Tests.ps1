BeforeAll {
    $script:module = [IO.Path]::GetFullPath("$PSScriptRoot/../../EasyExplain.psd1")
    Import-Module ([WildcardPattern]::Escape($module)) -Force
    $script:cat = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples/photos/cat.jpg")
    $script:model = Import-CamModel
    $script:explanation = $model | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $cat

    function Get-Text($Objects, [switch] $List) {
        $format = if ($List) { Get-Command Format-List } else { Get-Command Format-Table }
        ($Objects | & $format | Out-String -Width 120) -replace '\e\[[\d;]*m'
    }
}

Describe 'Views' {
    It 'shows models, layers, explanations, predictions and maps as tables' {
        Get-Text $model | Should -Match 'resnet20-cifar10\s+resnet20\s+10\s+272[,.\s]?474\s+32×32\s+layer3\s+cpu'
        Get-Text ($model | Get-CamLayer layer3) | Should -Match '44\s+\*\s+layer3\s+1×64×8×8\s+Sequential'
        Get-Text $explanation | Should -Match 'cat\.jpg\s+cat\s+75.5 ?%\s+LayerCAM\s+layer1, layer2, layer3'
        Get-Text $explanation.Predictions | Should -Match '3\s+cat\s+75.5 ?%'
        Get-Text $explanation.Maps | Should -Match 'layer3\s+8\s+8\s+140, 131\s+False'
    }

    It 'shows an explanation as a list, with the five predictions and the maps' {
        $text = Get-Text $explanation -List
        $text | Should -Match 'Predictions : 75.5 ?%  cat \(3\)'
        ([regex]::Matches($text, '%  \w+ \(\d\)')).Count | Should -Be 5
        $text | Should -Match 'layer1 \(32×32\), peak at 176, 60'
        $text | Should -Match 'Model\s+: resnet20-cifar10'
        $text | Should -Not -Match 'Seed' -Because 'LayerCAM draws nothing'
    }

    It 'shows what comes back from a job as it was' {
        $back = Start-Job -ArgumentList $module, $cat {
            Import-Module ([WildcardPattern]::Escape($args[0]))
            $model = Import-CamModel
            $model
            $model | Get-CamLayer layer3
            $model | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $args[1]
        } | Receive-Job -Wait -AutoRemoveJob
        $back.ForEach{ $_.PSTypeNames[0] } | Should -Be Deserialized.EasyExplain.Models.CamModel, Deserialized.EasyExplain.Models.CamLayer, Deserialized.EasyExplain.Explanation.CamExplanation
        Get-Text $back[0] | Should -Match 'resnet20-cifar10\s+resnet20\s+10\s+272[,.\s]?474\s+32×32\s+layer3\s+cpu'
        Get-Text $back[1] | Should -Match '44\s+\*\s+layer3\s+1×64×8×8\s+Sequential'
        Get-Text $back[2] | Should -Match 'cat\.jpg\s+cat\s+75.5 ?%\s+LayerCAM\s+layer1, layer2, layer3'
        Get-Text $back[2].Maps | Should -Match 'layer3\s+8\s+8\s+140, 131\s+False'
        Get-Text $back[2].Predictions | Should -Match '3\s+cat\s+75.5 ?%'
        Get-Text $back[2] -List | Should -Match 'Predictions : 75.5 ?%  cat \(3\)'
    }

    It 'shows what comes back from Export-Clixml as it was, and that is small' {
        $file = Join-Path $TestDrive e.xml
        $explanation | Export-Clixml $file
        Get-Text (Import-Clixml $file).Maps | Should -Match 'layer3\s+8\s+8\s+140, 131\s+False'
        (Import-Clixml $file).Duration | Should -BeOfType TimeSpan
        Get-Content $file -Raw | Should -Not -Match 'Tensor|Handle|airplane'
        (Get-Item $file).Length | Should -BeLessThan 10kb
    }

    It 'gives live objects on from a thread job' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction Ignore)) {
        $back = Start-ThreadJob { param($module, $model, $cat) Import-Module ([WildcardPattern]::Escape($module)); Invoke-CamExplanation -LiteralPath $cat -Model $model } -ArgumentList $module, $model, $cat |
            Receive-Job -Wait -AutoRemoveJob
        $back.Model.Name | Should -Be 'resnet20-cifar10'
        Get-Text $back | Should -Match 'cat\.jpg\s+cat\s+75.5 ?%'
    }
}

Describe 'Objects in other formats' {
    It 'become JSON that is small and whole, without weights and tensors' {
        $json = $explanation | ConvertTo-Json -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        $json.Length | Should -BeLessThan 2000
        $back = $json | ConvertFrom-Json
        $back.Label | Should -Be 'cat'
        $back.Predictions[1].Label | Should -Be 'bird'
        $back.Maps[2].PeakX | Should -Be 140
        $back.ModelName | Should -Be 'resnet20-cifar10'
        $back.PSObject.Properties.Name | Should -Not -Contain 'Model'
        $json | Should -Not -Match 'Tensor|Handle|airplane'
    }

    It 'become JSON from an array, a map and a layer, too' {
        $json = @($explanation, $explanation) | ConvertTo-Json -Depth 4 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        ($json | ConvertFrom-Json)[1].Maps | Should -HaveCount 3
        ($explanation.Maps[0] | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be Layer, Height, Width, PeakX, PeakY, IsSigned, Unit, IsEmpty
        ($model | Get-CamLayer layer1 | ConvertTo-Json | ConvertFrom-Json).ModelName | Should -Be 'resnet20-cifar10'
    }

    It 'become rows of a CSV file' {
        $file = Join-Path $TestDrive audit.csv
        $explanation | Select-Object Path, Label, Probability | Export-Csv $file
        $row = Import-Csv $file
        $row.Path | Should -Be $cat
        $row.Label | Should -Be 'cat'
        [double]::Parse($row.Probability, [cultureinfo]::CurrentCulture) | Should -BeGreaterThan 0.7
    }

    It 'keep model, tensor, peak and duration for whoever names them' {
        $explanation.Model | Should -Be $model
        $explanation.Map.Layer | Should -Be 'layer1+layer2+layer3'
        $explanation.Maps[2].Tensor.shape | Should -Be 8, 8
        $explanation.Maps[2].Peak.X | Should -Be 140
        $explanation.Duration.TotalSeconds | Should -Be $explanation.Seconds
        ($explanation | Select-Object Label, Duration).Duration | Should -BeOfType TimeSpan
        ($model | Get-CamLayer layer1).Model | Should -Be $model
    }
}

Describe 'Table headings' {
    It 'are properties: <what>' -ForEach @(
        @{ what = 'model'; headings = @{ Classes = 10; Parameters = 272474; Input = '32×32' } }
        @{ what = 'layer'; headings = @{ Parameters = 205696 } }
        @{ what = 'explanation'; headings = @{ File = 'cat.jpg' } }
        @{ what = 'concepts'; headings = @{ File = 'cat.jpg' } }
        @{ what = 'concept'; headings = @{ Peak = '140, 131' } }
        @{ what = 'map'; headings = @{ Peak = '140, 131' } }
    ) {
        $concepts = Get-CamConcept -LiteralPath $cat $model -Count 2
        $object = @{
            model = $model; layer = $model | Get-CamLayer layer3; explanation = $explanation; concepts = $concepts
            concept = $concepts.Concepts[0]; map = $explanation.Maps[2]
        }[$what]
        foreach ($heading in $headings.Keys) {
            "$($object.$heading)" | Should -Be $headings.$heading
            Get-Text ($object | Select-Object $heading) | Should -Match "$heading\s*\n.*\n.*$([regex]::Escape($headings.$heading))"
            $object | Where-Object $heading -EQ $object.$heading | Should -HaveCount 1
            (Get-Text $object) | Should -Match "\b$heading\b"
        }
    }

    It 'sort' {
        ($model | Get-CamLayer layer?, conv1 | Sort-Object Parameters -Descending).Name | Should -Be layer3, layer2, layer1, conv1
        $files = 'rocket.jpg', 'cat.jpg' | ForEach-Object { Join-Path (Split-Path $cat) $_ } | Invoke-CamExplanation -Model $model
        ($files | Sort-Object File).File | Should -Be cat.jpg, rocket.jpg
    }

    It 'are there after a job, too' {
        $back = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($explanation))
        $back.File | Should -Be cat.jpg
        Get-Text $back | Should -Match 'cat\.jpg\s+cat'
    }

    It 'are no columns, and not in JSON' {
        ($explanation | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Not -Contain File
        ($explanation | ConvertTo-Csv)[0] | Should -Not -Match 'File'
    }
}

Describe 'With -ExpectedLabel' {
    BeforeAll {
        $script:wrong = Invoke-CamExplanation -LiteralPath $cat $model -ExpectedLabel dog
        $script:right = Invoke-CamExplanation -LiteralPath $cat $model -ExpectedLabel cat
    }

    It 'the table shows Expected and Correct, also on 80 columns' {
        ($wrong, $right | Out-String -Width 80) -replace '\e\[[\d;]*m' | Should -Match 'File\s+Label\s+Probability\s+Expected\s+Correct[\s\S]*cat\.jpg\s+cat\s+75.5 ?%\s+dog\s+False[\s\S]*cat\.jpg\s+cat\s+75.5 ?%\s+cat\s+True'
        Get-Text $wrong -List | Should -Match 'Expected\s+: dog\s+Correct\s+: False'
        Get-Text $explanation | Should -Not -Match 'Expected'
        Get-Text $explanation -List | Should -Not -Match 'Expected'
    }

    It 'wrong ones stand out in colour, where colour is wanted' {
        $before = $PSStyle.OutputRendering
        try {
            $cell = (Get-FormatData EasyExplain.Explanation.CamExplanation#Expected).FormatViewDefinition.Control.Rows.Columns[4].DisplayEntry.Value
            foreach ($rendering in 'Ansi', 'PlainText') {
                $PSStyle.OutputRendering = $rendering
                $shown = $wrong, $right | ForEach-Object ([scriptblock]::Create($cell))
                "$($shown[1])" | Should -BeExactly True
                $colour = $rendering -eq 'Ansi' -and $Host.UI.SupportsVirtualTerminal
                "$($shown[0])" | Should -BeExactly $(if ($colour) { "$($PSStyle.Formatting.Error)False$($PSStyle.Reset)" } else { 'False' })
            }
        }
        finally { $PSStyle.OutputRendering = $before }
    }

    It 'the headline of a panel says what was expected, and nothing else changes' {
        $plain = Invoke-CamExplanation -LiteralPath $cat $model
        $files = foreach ($one in $plain, $wrong, $right) {
            foreach ($style in 'Panel', 'Overlay') { $one | Export-CamOverlay (Join-Path $TestDrive "$([guid]::NewGuid()).png") -Style $style -PassThru }
        }
        $hashes = ($files | Get-FileHash).Hash
        $hashes[0, 2, 4] | Sort-Object -Unique | Should -HaveCount 3
        $hashes[1, 3, 5] | Sort-Object -Unique | Should -HaveCount 1
    }

    It 'it is the same object all the same' {
        $wrong.GetType().Name | Should -Be CamExplanation
        $wrong.Model | Should -Be $model
        $xml = [Management.Automation.PSSerializer]::Serialize($wrong)
        $xml | Should -Not -Match 'Tensor|Handle|airplane'
        Get-Text ([Management.Automation.PSSerializer]::Deserialize($xml)) | Should -Match 'cat\.jpg\s+cat\s+75.5 ?%\s+dog\s+False'
    }
}

Describe 'Straight to a CSV file' {
    It 'no column holds the name of a type: <what>' -ForEach 'explanation', 'compared', 'expected', 'layers', 'maps', 'concepts' {
        $objects = switch ($what = $_) {
            explanation { $explanation }
            compared { Invoke-CamExplanation -LiteralPath $cat $model -Method FinerCAM, RefineCAM, FullGrad, SmoothGradCAMPlusPlus -AugSmooth -EigenSmooth }
            expected { Invoke-CamExplanation -LiteralPath $cat $model -ExpectedLabel ParentFolder -WarningAction Ignore }
            layers { $model | Get-CamLayer }
            maps { $explanation.Maps }
            concepts { Get-CamConcept -LiteralPath $cat $model -Count 2 }
        }
        $file = Join-Path $TestDrive "$what.csv"
        $objects | Export-Csv $file
        Get-Content $file -Raw | Should -Not -Match 'System\.|EasyExplain\.|TorchSharp|\[\]'
        if ($what -eq 'explanation') {
            $row = Import-Csv $file
            $row.Layers | Should -Be 'layer1; layer2; layer3'
            $row.Maps | Should -Be 'layer1 (32×32); layer2 (16×16); layer3 (8×8)'
            $row.ImageSize | Should -Be '300; 451'
            $row.Predictions | Should -BeLike 'cat 75.5 %; * %; * %; * %; * %'
        }
    }

    It 'their lists are lists as before' {
        $explanation.Layers[-1] | Should -Be layer3
        $explanation.Layers[0..1] | Should -Be layer1, layer2
        $explanation.Predictions.Length | Should -Be 5
        $explanation.Predictions.Count | Should -Be 5
        $explanation.Layers -contains 'layer2' | Should -BeTrue
        [bool] $explanation.ComparedWith | Should -BeFalse
        [int[]] $explanation.ImageSize | Should -Be 300, 451
        (Invoke-CamExplanation -LiteralPath $cat $model -Layer $explanation.Layers).Layers | Should -Be layer1, layer2, layer3
    }
}

Describe 'The box of a map' {
    It 'lies around where it is warm, in pixels of the photo' {
        $box = $explanation.Map.GetBox(0.5)
        $box.X | Should -BeLessOrEqual 140
        $box.X + $box.Width | Should -BeIn (141..451)
        $box.Y + $box.Height | Should -BeIn (132..300)
        $box.Share | Should -BeGreaterThan 0
        $box.Share * 451 * 300 | Should -BeLessOrEqual ($box.Width * $box.Height)
        ($explanation | Select-Object @{ n = 'Box'; e = { $_.Map.GetBox() } } | ConvertTo-Csv)[1] | Should -Match '^"\d+, \d+, \d+×\d+ \(\d+\.\d %\)"$'
        $explanation.Map.GetBox(1).Share | Should -BeLessThan $box.Share
    }
}
