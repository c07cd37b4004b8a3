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
        $all = (Invoke-CamExplanation $cat -Model $model -Method * -SampleCount 2).Method
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

    It 'covers the image with a window, and says what the score lost' {
        $occluded = Invoke-CamExplanation $cat -Model $model -Method Occlusion -Window 8, 8 -Stride 4
        $occluded.Layers | Should -Be 'input'
        "$($occluded.Map)" | Should -Be 'input (32×32)'
        $occluded.Map.IsSigned | Should -BeTrue
        $occluded.Map.Unit | Should -BeGreaterThan 1 # logits: it looks at the cat
        $occluded.Map.Peak.X | Should -BeIn (80..380)
        $other = Invoke-CamExplanation $cat -Model $model -Method Occlusion -Window 8 -Stride 4 -Baseline 2
        $other.Map.Unit | Should -Not -Be $occluded.Map.Unit
    }

    It 'stops at once for a window that does not fit, or a stride that leaves gaps' {
        { Invoke-CamExplanation $cat -Model $model -Method Occlusion -Window 40, 8 } |
            Should -Throw -ErrorId 'WindowNotPossible*' -ExpectedMessage '*40×8*32×32*'
        { Invoke-CamExplanation $cat -Model $model -Method Occlusion -Window 8 -Stride 9 } |
            Should -Throw -ErrorId 'WindowNotPossible*' -ExpectedMessage '*9×9*8×8*'
        { Invoke-CamExplanation $cat -Model $model -Method Occlusion -Window 0 } | Should -Throw '*Window*'
    }

    It 'warns of a window that nothing asked for heeds' {
        $null = Invoke-CamExplanation $cat -Model $model -Window 8 -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeLike '-Window has no effect on LayerCAM. It is for Occlusion.'
    }

    It 'gives the shares of the pixels in the score, in its units' {
        $gradients = Invoke-CamExplanation $cat -Model $model -Method IntegratedGradients, InputXGradient, Saliency -SampleCount 20
        $gradients.Map.IsSigned | Should -Be $true, $true, $false
        $sum = 0.0
        foreach ($value in $gradients[0].Map.ToArray()) { $sum += $value * $gradients[0].Map.Unit }
        $gray = Invoke-CamExplanation -InputTensor ([TorchSharp.torch]::zeros([long[]](1, 3, 32, 32))) -Model $model -Class cat
        [Math]::Abs($sum - ($gradients[0].Score - $gray.Score)) | Should -BeLessThan 0.5
    }

    It 'says why a method for transformers cannot explain a network without attention' {
        { Invoke-CamExplanation $cat -Model $model -Method LeGrad } |
            Should -Throw -ErrorId 'MethodNotPossible*' -ExpectedMessage '*attention*ReciproCAM*'
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
        $line = 'Invoke-CamExplanation -Method SmoothGradCAM'
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
        { Invoke-CamExplanation $cat -Model $model -Layer layer33 } | Should -Throw -ErrorId 'LayerNotFound*' -ExpectedMessage '*layer3*'
    }
}

Describe 'Invoke-CamExplanation, what comes through the pipeline' {
    BeforeAll {
        $script:folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'pipes [1]')).FullName
        'a [1].jpg', 'a 1.jpg', 'cat.jpg' | ForEach-Object { [IO.File]::Copy($cat, (Join-Path $folder $_)) }
        Push-Location -LiteralPath $folder
    }

    AfterAll { Pop-Location }

    It 'takes rows of a CSV file by their Path, in which no character is a wildcard' {
        $csv = Join-Path $folder audit.csv
        Get-ChildItem *.jpg | Invoke-CamExplanation -Model $model | Export-Csv -LiteralPath $csv
        $again = Import-Csv -LiteralPath $csv | Where-Object Label -EQ cat | Invoke-CamExplanation -Model $model -Method GradCAM
        $again.Path | Split-Path -Leaf | Sort-Object | Should -Be 'a [1].jpg', 'a 1.jpg', 'cat.jpg'
        $again.Method | Should -Be GradCAM, GradCAM, GradCAM
        $gone = [pscustomobject]@{ Path = 'b [1].jpg' }, [pscustomobject]@{ Path = '?at.jpg' }, [pscustomobject]@{ Path = '' }, [pscustomobject]@{ Path = 'cat.jpg' } |
            Invoke-CamExplanation -Model $model -ErrorVariable problem -ErrorAction SilentlyContinue
        $gone.Path | Split-Path -Leaf | Should -Be cat.jpg
        $problem.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Should -Be ImageNotFound, ImageNotFound, PathMissing
        $problem[0].TargetObject | Should -Be (Join-Path $folder 'b [1].jpg')
    }

    It 'explains explanations and concepts again, with their model or another' {
        $first = Invoke-CamExplanation cat.jpg -Model $model
        $again = $first | Invoke-CamExplanation -Method GradCAM -Layer layer1
        "$($again.Method) $($again.Layers)" | Should -Be 'GradCAM layer1'
        $again.Model | Should -Be $model
        $other = Import-CamModel
        ($first | Invoke-CamExplanation -Model $other).Model | Should -Be $other
        ($first | Get-CamConcept -Count 1).Layer | Should -Be layer3
        (Get-CamConcept cat.jpg $model -Count 1 | Invoke-CamExplanation).Label | Should -Be cat
        $first | Export-CamOverlay out -PassThru | Invoke-CamExplanation $model | Should -HaveCount 1
        Resolve-Path -LiteralPath 'a [1].jpg' | Invoke-CamExplanation $model | Should -HaveCount 1
    }

    It 'takes tensors, whose explanations have no photo to explain again' {
        $zero = [TorchSharp.torch]::zeros([long[]] (3, 32, 32))
        $explanations = $zero, $zero | Invoke-CamExplanation -Model $model -WarningAction Ignore
        $explanations | Should -HaveCount 2
        $explanations.File | Should -Be '(tensor)', '(tensor)'
        $again = $explanations[0] | Invoke-CamExplanation -ErrorVariable problem -ErrorAction SilentlyContinue
        $again | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PathMissing*'
    }

    It 'never takes a model or a layer for a picture' {
        { $model | Invoke-CamExplanation } | Should -Throw -ErrorId 'PictureMissing*' -ExpectedMessage '*-Path*'
        { $model | Get-CamLayer layer3 | Invoke-CamExplanation } | Should -Throw -ErrorId 'PictureMissing*'
        { $model | Get-CamConcept } | Should -Throw -ErrorId 'PictureMissing*'
        { 5 | Invoke-CamExplanation cat.jpg -Model $model } | Should -Throw -ErrorId 'InputNotKnown*' -ExpectedMessage "*'5'*"
    }

    It 'says so where a layer or a model is not that of -Model: <_>' -ForEach @(
        '$model | Get-CamLayer layer3 | Invoke-CamExplanation cat.jpg -Model $other'
        '$model | Invoke-CamExplanation cat.jpg -Model $other'
        'Invoke-CamExplanation cat.jpg -Model $other -Layer ($model | Get-CamLayer layer3)'
        'Invoke-CamExplanation cat.jpg -Model $other -InputObject ($model | Get-CamLayer layer3)'
        '$model | Get-CamLayer layer3 | Get-CamConcept cat.jpg -Model $other'
    ) {
        $other = Import-CamModel
        { & ([scriptblock]::Create($_)) } | Should -Throw -ErrorId 'LayerOfAnotherModel*'
        { & ([scriptblock]::Create($_.Replace('$other', '$model'))) } | Should -Not -Throw
    }

    It 'takes the path of a model wherever it takes a model, by position too, and disposes it' {
        $file = Join-Path $folder 'model [1].safetensors'
        [IO.File]::Copy($model.Path, $file)
        $explanation = Invoke-CamExplanation cat.jpg $file
        $explanation.ModelName | Should -Be 'model [1]'
        $explanation.Model.IsDisposed | Should -BeTrue
        $explanation | Export-CamOverlay own -Style Panel -PassThru | Should -HaveCount 1
        (Get-ChildItem -Filter cat.jpg | Invoke-CamExplanation -Model 'model [1].safetensors' | Invoke-CamExplanation -Method GradCAM).Method | Should -Be GradCAM
        (Get-CamConcept cat.jpg $file -Count 1).ModelName | Should -Be 'model [1]'
        (Get-CamLayer -Model $file layer?).Name | Should -Be layer1, layer2, layer3
        (Get-CamLayer -Model $file layer2 | Invoke-CamExplanation cat.jpg).Layers | Should -Be layer2
        (Invoke-CamExplanation cat.jpg $model).Model.IsDisposed | Should -BeFalse
        (Invoke-CamExplanation cat.jpg ($model | Get-CamLayer layer1)).Model | Should -Be $model
        { Invoke-CamExplanation cat.jpg gone.onnx } | Should -Throw -ErrorId 'FileNotFound*' -ExpectedMessage '*gone.onnx*'
        { Invoke-CamExplanation cat.jpg cat.jpg } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage '*picture (JPEG)*'
    }
}

Describe 'Invoke-CamExplanation, what was meant' {
    It 'understands the names of papers and other libraries: <given>' -ForEach @(
        @{ given = 'grad-cam++'; is = 'GradCAMPlusPlus' }
        @{ given = 'Grad-CAM++'; is = 'GradCAMPlusPlus' }
        @{ given = 'gradcampp'; is = 'GradCAMPlusPlus' }
        @{ given = 'smooth-grad-cam++'; is = 'SmoothGradCAMPlusPlus' }
        @{ given = 'layer-cam'; is = 'LayerCAM' }
        @{ given = 'xgrad-cam'; is = 'XGradCAM' }
        @{ given = 'eigen_cam'; is = 'EigenCAM' }
        @{ given = 'Score CAM'; is = 'ScoreCAM' }
        @{ given = 'full-grad'; is = 'FullGrad' }
        @{ given = 'k-pca-cam'; is = 'KPCACAM' }
    ) {
        (Invoke-CamExplanation $cat $model -Method $given).Method | Should -Be $is
        $line = "Invoke-CamExplanation -Method '$given"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain $is
    }

    It 'names what is wrong, each mistake by an ErrorId of its own: <options>' -ForEach @(
        @{ options = @{ Layer = 'layr3' }; id = 'LayerNotFound'; says = '*Near: layer3*' }
        @{ options = @{ Layer = 'fc' }; id = 'LayerNotSpatial'; says = '*no height and width*' }
        @{ options = @{ Method = 'grad-cam+++' }; id = 'MethodNotFound'; says = '*GradCAMPlusPlus*' }
        @{ options = @{ Method = 'RefineCAM'; Layer = 'layer3' }; id = 'MethodNotPossible'; says = '*layer1*'; target = 'RefineCAM' }
        @{ options = @{ Class = 'catt' }; id = 'ClassNotFound'; says = '*Near: cat*' }
        @{ options = @{ Class = '*zebra*' }; id = 'ClassNotFound'; says = "*'[*]zebra[*]'*" }
    ) {
        $thrown = { Invoke-CamExplanation $cat $model @options } | Should -Throw -ErrorId "$id,*" -ExpectedMessage $says -PassThru
        $thrown.TargetObject | Should -Be $(if ($target) { $target } else { @($options.Values)[0] })
    }

    Context 'a detector' {
        BeforeAll {
            $script:finder = Import-CamModel "$PSScriptRoot/../data/detection/small.onnx"
        }

        It 'is explained at what its heads read, whatever their size' {
            $finder.DefaultLayers | Should -Be fine, coarse
            $found = Invoke-CamExplanation $cat $finder -Top 3
            $found.Detection | Should -Be 0, 1, 2
            $found.Layers | Should -Be fine, coarse, fine, coarse, fine, coarse
            $found[0].Fused | Should -Not -BeNullOrEmpty
        }

        It 'says where each thing is, in pixels of the photo' {
            foreach ($one in Invoke-CamExplanation $cat $finder -MinProbability 0.6) {
                $one.Probability | Should -BeGreaterOrEqual 0.6
                $one.Box.X | Should -BeGreaterOrEqual 0
                ($one.Box.X + $one.Box.Width) | Should -BeLessOrEqual ($one.ImageSize[1] + 0.001)
                ($one.Box.Y + $one.Box.Height) | Should -BeLessOrEqual ($one.ImageSize[0] + 0.001)
            }
        }

        It 'explains a side of a box' {
            $left, $right = 'Left', 'Right' | ForEach-Object { Invoke-CamExplanation $cat $finder -Detection 0 -BoxSide $_ }
            $left.Score | Should -BeLessThan $right.Score
        }

        It 'has a row of what was not found, and a picture that says so' {
            $none = Invoke-CamExplanation $cat $finder -MinProbability 1
            $none.Found | Should -BeFalse
            ($none | Export-CamOverlay $TestDrive/none -PassThru).Name | Should -Be 'cat_LayerCAM_nothing_overlay.png'
        }

        It 'goes down to the pixels, and masks the image' {
            $all = Invoke-CamExplanation $cat $finder -Detection 0 -Method LRP, RISE, Occlusion -SampleCount 8 -Seed 1
            $all.Map.Height | Should -Be 64, 64, 64
        }
    }

    It 'takes layers whatever their case, and classes by wildcard' {
        (Invoke-CamExplanation $cat $model -Layer Layer3, LAYER2).Layers | Should -Be layer3, layer2
        (Invoke-CamExplanation $cat $model -Class d*, cat).Label | Should -Be deer, dog, cat
        (Invoke-CamExplanation $cat $model -Class [dc]*g, 0).Label | Should -Be dog, airplane
    }

    It 'warns once of an option that changes nothing: <options>' -ForEach @(
        @{ options = @{ Method = 'FullGrad'; Layer = 'layer3' }; says = '-Layer*FullGrad*' }
        @{ options = @{ SampleCount = 8 }; says = '-SampleCount*LayerCAM*SmoothGradCAMPlusPlus, SSCAM, ISCAM*' }
        @{ options = @{ NoiseStd = 1; Method = 'RandomCAM' }; says = '-NoiseStd*RandomCAM*' }
        @{ options = @{ Seed = 1 }; says = '-Seed*LayerCAM*' }
        @{ options = @{ BatchSize = 1 }; says = '-BatchSize*LayerCAM*' }
        @{ options = @{ EigenSmooth = $true; Method = 'EigenCAM' }; says = '-EigenSmooth*EigenCAM*' }
        @{ options = @{ SampleCount = 2; Seed = 1; NoiseStd = 0.1; BatchSize = 2; Layer = 'layer3'; Method = 'LayerCAM', 'FullGrad', 'SmoothGradCAMPlusPlus' }; says = $null }
    ) {
        $null = Invoke-CamExplanation $cat, $cat $model @options -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings) -like '*effect*' | Should -HaveCount ([int] [bool] $says)
        if ($says) { "$warnings" | Should -BeLike $says }
    }

    It 'warns that layers from the pipeline are nothing to FullGrad' {
        $null = $model | Get-CamLayer layer3 | Invoke-CamExplanation $cat -Method FullGrad -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*layers*pipeline*FullGrad*'
    }

    It 'completes classes after layers, whatever brings them: <_>' -ForEach @(
        '$camLayers | Invoke-CamExplanation x.jpg -Class do'
        '$camModel | Get-CamLayer layer? | Invoke-CamExplanation x.jpg -Class do'
        '$camModel | Get-CamLayer | Where-Object IsDefault | Invoke-CamExplanation x.jpg -Class do'
        'Get-CamLayer $camModel layer? | Invoke-CamExplanation x.jpg -Class do'
        'Invoke-CamExplanation x.jpg $camModel -Class do'
        'Get-CamLayer -Model $camModel | Get-CamConcept x.jpg -Layer layer3.2.conv2 | Invoke-CamExplanation -Class do'
    ) {
        $global:camModel, $global:camLayers = $model, ($model | Get-CamLayer layer?)
        (TabExpansion2 $_ $_.Length).CompletionMatches.CompletionText | Should -Be dog
        Remove-Variable camModel, camLayers -Scope Global
    }
}
