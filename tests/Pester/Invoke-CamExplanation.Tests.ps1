BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    $script:photos = Resolve-Path "$PSScriptRoot/../../examples/photos"
    $script:cat = Join-Path $photos 'cat.jpg'
}

Describe 'Invoke-CamExplanation' {
    It 'sees the cat, and looks at it' {
        $explanation = Invoke-CamExplanation $cat -Model $model
        $explanation.Label | Should -Be 'cat'
        $explanation.Probability | Should -BeGreaterThan 0.7
        $explanation.Predictions | Should -HaveCount 5
        $explanation.Predictions[0].Label | Should -Be 'cat'
        # The cat fills the middle of the photo.
        $explanation.Map.Peak.X | Should -BeIn (80..380)
    }

    Context 'a model whose classes are each there or not' {
        BeforeAll {
            'ant', 'bee', 'cat', 'dog', 'elk' | Set-Content (Join-Path $TestDrive five.txt)
            $script:several = Import-CamModel "$PSScriptRoot/../data/cases/heads/c_2d_sigmoid.onnx" -LabelPath (Join-Path $TestDrive five.txt)
        }

        It 'gives each class its own probability' {
            $top = Invoke-CamExplanation $cat -Model $several -Top 5
            $top.Label | Should -Be ant, cat, elk, dog, bee
            $top.Probability | ForEach-Object { [Math]::Round($_, 2) } | Should -Be 0.96, 0.34, 0.27, 0.08, 0.03
            [Math]::Round($top[0].Score, 2) | Should -Be 3.31
            $top[4].Predicted | Should -Be ant
            ($top[0] | ConvertTo-Json -Depth 3 | ConvertFrom-Json).Predicted | Should -Be ant
        }

        It 'is right where all that is expected is predicted, and nothing else' {
            (Invoke-CamExplanation $cat -Model $several -ExpectedLabel ant).Correct | Should -BeTrue
            $both = Invoke-CamExplanation $cat -Model $several -ExpectedLabel ant, dog
            $both.Correct | Should -BeFalse
            $both.Expected | Should -Be 'ant, dog'
            (Invoke-CamExplanation $cat -Model $several -ExpectedLabel { 'ant', 'dog' }).Expected | Should -Be 'ant, dog'
        }

        It 'compares by these probabilities with FinerCAM' {
            (Invoke-CamExplanation $cat -Model $several -Method FinerCAM).ComparedWith | Should -HaveCount 3
        }
    }

    It 'explains all layers of one pipeline together' {
        $explanation = $model | Get-CamLayer layer? | Invoke-CamExplanation $cat
        $explanation | Should -HaveCount 1
        $explanation.Maps.Layer | Should -Be 'layer1', 'layer2', 'layer3'
        $explanation.Fused.Height | Should -Be 32
    }

    It 'takes files from Get-ChildItem, strange names too' {
        Copy-Item $cat (Join-Path $TestDrive 'a [1].jpg')
        Copy-Item $cat (Join-Path $TestDrive 'größe 人.jpg')
        $labels = Get-ChildItem $TestDrive -Filter *.jpg | Invoke-CamExplanation -Model $model
        $labels | Should -HaveCount 2
        $labels.Path | Split-Path -Leaf | Sort-Object | Should -Be 'a [1].jpg', 'größe 人.jpg'
    }

    It 'streams: the first explanation is there before the second photo is named' {
        $seen = [System.Collections.Generic.List[string]]::new()
        & { $seen.Add('first named'); $cat; $seen.Add('second named'); $cat } |
            Invoke-CamExplanation -Model $model | ForEach-Object { $seen.Add('explained') }
        $seen | Should -Be 'first named', 'explained', 'second named', 'explained'
    }

    It 'goes on after a picture that the engine fails on: <what>' -ForEach @(
        @{ what = 'memory'; greed = 'torch.empty(1L << 50)'; id = 'OutOfMemory'; category = 'ResourceUnavailable' }
        @{ what = 'an error of libtorch''s own'; greed = 'torch.ones(6).view(4)'; id = 'EngineFailed'; category = 'InvalidResult' }
    ) {
        $name = "Greedy$id"
        Add-Type -IgnoreWarnings -WarningAction SilentlyContinue -ReferencedAssemblies ([TorchSharp.torch].Assembly.Location), System.Runtime, System.Collections, netstandard -TypeDefinition @"
            using TorchSharp;
            using static TorchSharp.torch;
            public sealed class $name : nn.Module<Tensor, Tensor>
            {
                private readonly nn.Module<Tensor, Tensor> features = nn.Conv2d(3, 2, 3);
                public $name() : base("$name") { RegisterComponents(); }
                public override Tensor forward(Tensor x) =>
                    x.max().item<float>() > 2 ? $greed : features.call(x).mean(new long[] { 2, 3 }); // white is 2.2 and more, black less than 0
            }
"@
        $net = New-Object $name
        $greedy = Import-CamModel -Module $net -InputSize 64
        $explanations = (Join-Path $photos 'rocket.jpg'), (Join-Path $PSScriptRoot '../data/images/black.png') |
            Invoke-CamExplanation -Model $greedy -Method GradCAM -ErrorVariable problem -ErrorAction SilentlyContinue
        $explanations.Path | Split-Path -Leaf | Should -Be 'black.png'
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $problem[0].CategoryInfo.Category | Should -Be $category
        $problem[0].TargetObject | Should -BeLike '*rocket.jpg'
        $problem[0].Exception.Message | Should -BeLike '*rocket.jpg*'
    }

    It 'goes on after a bad photo, with one error that names it' {
        Set-Content (Join-Path $TestDrive 'text.jpg') 'hello'
        $explanations = (Join-Path $TestDrive 'text.jpg'), $cat | Invoke-CamExplanation -Model $model -ErrorVariable problem -ErrorAction SilentlyContinue
        $explanations | Should -HaveCount 1
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotAnImage*'
        $problem[0].TargetObject | Should -BeLike '*text.jpg'
    }

    It 'prints a table of file, label, probability, method and layers' {
        $text = $model | Get-CamLayer layer2, layer3 | Invoke-CamExplanation $cat | Out-String -Width 160
        $text | Should -Match 'cat\.jpg\s+cat\s+\d+[.,]\d\s?%\s+LayerCAM\s+layer2, layer3'
    }

    It 'gives each method its explanation' {
        (Invoke-CamExplanation $cat -Model $model -Method GradCAM, LayerCAM).Method | Should -Be 'GradCAM', 'LayerCAM'
    }

    It 'takes methods by wildcard, each once' {
        $all = (Invoke-CamExplanation $cat -Model $model -Method *).Method
        $all | Should -Contain 'SmoothGradCAMPlusPlus'
        (Invoke-CamExplanation $cat -Model $model -Method *Grad*, GradCAM).Method | Should -Be ($all -like '*Grad*')
    }

    It 'tells a debugger how long each took' {
        $DebugPreference = 'Continue'
        $all = Invoke-CamExplanation $cat -Model $model -Method GradCAM, LayerCAM 5>&1
        @($all | Where-Object { $_ -is [Management.Automation.DebugRecord] -and $_.Message -match 'cat\.jpg: cat \(\w+\) took \d+ ms' }).Count | Should -Be 2
    }

    It 'smooths the maps of any method, and says how' {
        $maps = foreach ($switches in @{}, @{ AugSmooth = $true }, @{ EigenSmooth = $true }, @{ AugSmooth = $true; EigenSmooth = $true }) {
            $explanation = Invoke-CamExplanation $cat -Model $model -Layer layer2 @switches
            "$($explanation.Smoothing)"
            $explanation.Map.ToArray() -join ' '
        }
        $maps[0, 2, 4, 6] | Should -Be 'None', 'Augmentation', 'Eigen', 'Eigen, Augmentation'
        $maps[1, 3, 5, 7] | Select-Object -Unique | Should -HaveCount 4
    }

    It 'tells two classes from each other' {
        $pair = Invoke-CamExplanation $cat -Model $model -Class Predicted, dog -Method FinerCAM
        $pair.Label | Should -Be 'cat', 'dog'
        $pair.ComparedWith | Should -Be 'dog', 'cat'
    }

    It 'refines over the layers of every resolution, and explains the whole network, without -Layer' {
        $refined, $full = Invoke-CamExplanation $cat -Model $model -Method RefineCAM, FullGrad
        $refined.Layers | Should -Be 'layer1', 'layer2', 'layer3'
        $full.Layers | Should -Be 'input'
        "$($full.Map)" | Should -Be 'input (32×32)'
    }

    It 'puts what was predicted beside what was expected, and each into its own file' {
        $explanations = Invoke-CamExplanation $cat -Model $model -Class Predicted, dog
        $explanations.Label | Should -Be 'cat', 'dog'
        $files = $explanations | Export-CamOverlay (Join-Path $TestDrive both) -RelativeTo $photos -PassThru
        $files.Name | Should -Be 'cat_LayerCAM_cat_overlay.png', 'cat_LayerCAM_dog_overlay.png'
        Get-ChildItem (Join-Path $TestDrive both) | Should -HaveCount 2
    }

    It 'explains a class once, however it was named' {
        Invoke-CamExplanation $cat -Model $model -Class predicted, cat, 3 | Should -HaveCount 1
    }

    It 'records the seed of what draws noise' {
        (Invoke-CamExplanation $cat -Model $model -Method SmoothGradCAMPlusPlus).Seed | Should -Not -BeNullOrEmpty
        (Invoke-CamExplanation $cat -Model $model -Method SmoothGradCAMPlusPlus -Seed 7).Seed | Should -Be 7
    }

    It 'completes methods with Tab' {
        $line = 'Invoke-CamExplanation -Method Smooth'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'SmoothGradCAMPlusPlus'
    }

    It 'completes the second method, with a line on it' {
        $line = 'Invoke-CamExplanation -Method GradCAM, Lay'
        $completion = (TabExpansion2 $line $line.Length).CompletionMatches
        $completion.CompletionText | Should -Be 'LayerCAM'
        $completion.ToolTip | Should -Not -Be 'LayerCAM'
    }

    It 'completes the labels of -Model with Tab' {
        $global:camModel = $model
        $line = 'Invoke-CamExplanation -Model $camModel -Class Predicted, do'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'dog'
        Remove-Variable camModel -Scope Global
    }

    It 'stops at once for a layer that is not there, and names near ones' {
        { Invoke-CamExplanation $cat -Model $model -Layer layer33 } | Should -Throw -ErrorId 'NothingSelected*' -ExpectedMessage '*layer3*'
    }
}
