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
        ($explanation.Maps[0] | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be Layer, Height, Width, PeakX, PeakY, IsEmpty
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
