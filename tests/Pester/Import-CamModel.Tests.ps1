BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
}

Describe 'Import-CamModel' {
    It 'loads the bundled model when nothing is named' {
        $model = Import-CamModel
        $model.Architecture | Should -Be 'resnet20'
        $model.ClassCount | Should -Be 10
        $model.Labels | Should -Contain 'cat'
        $model.InputSize | Should -Be 32, 32
    }

    It 'prints a table with what matters' {
        $text = Import-CamModel | Out-String -Width 160
        $text | Should -Match 'Architecture'
        $text | Should -Match 'resnet20\s+10\s+272[,.]474\s+32×32\s+layer3\s+cpu'
    }

    It 'takes a weight file by relative path, with labels of its own' {
        Copy-Item (Import-CamModel).Path (Join-Path $TestDrive 'mine [1].safetensors')
        0..9 | ForEach-Object { "thing $_" } | Set-Content (Join-Path $TestDrive 'labels.txt')
        Push-Location $TestDrive
        try {
            $model = Import-CamModel 'mine [1].safetensors' -LabelPath labels.txt
            $model.Name | Should -Be 'mine [1]'
            $model.Labels[9] | Should -Be 'thing 9'
            (Get-Item -LiteralPath 'mine [1].safetensors' | Import-CamModel).Name | Should -Be 'mine [1]'
        }
        finally { Pop-Location }
    }

    It 'says what was found out with -Verbose' {
        $messages = Import-CamModel -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$messages" | Should -Match 'safetensors'
        "$messages" | Should -Match 'resnet20'
    }

    It 'stops at once for <what>' -ForEach @(
        @{ what = 'a file that is not there'; arguments = @{ Path = 'gone.pth' }; id = 'FileNotFound*'; says = '*gone.pth*' }
        @{ what = 'a misspelt architecture'; arguments = @{ Architecture = 'resnet21' }; id = 'UnknownArchitecture*'; says = '*resnet20*' }
        @{ what = 'an architecture that does not fit'; arguments = @{ Architecture = 'vgg11'; Path = "$PSScriptRoot/../../bin/models/resnet20-cifar10.safetensors" }; id = 'WeightsDoNotFit*'; says = '*classifier.6.weight*' }
        @{ what = 'a misspelt device'; arguments = @{ Device = 'gpu' }; id = 'UnknownDevice*'; says = "*'gpu'*cuda:1*" }
    ) {
        { Import-CamModel @arguments } | Should -Throw -ErrorId $id
        { Import-CamModel @arguments } | Should -Throw -ExpectedMessage $says
    }

    Context 'what a model ends in' {
        BeforeAll { $script:cases = Resolve-Path "$PSScriptRoot/../data/cases" }

        It 'says that classes are each there or not, where the file ends in sigmoids' {
            (Import-CamModel "$cases/heads/c_2d_sigmoid.onnx").Activation | Should -Be Sigmoid
            (Import-CamModel "$cases/heads/d_2d_logits.onnx").Activation | Should -Be Softmax
            (Import-CamModel "$cases/heads/d_2d_logits.onnx" -Activation Sigmoid).Activation | Should -Be Sigmoid
        }

        It 'makes a yes or no with two labels of a single output' {
            'no cat', 'cat' | Set-Content (Join-Path $TestDrive two.txt)
            $model = Import-CamModel "$cases/heads/e_one_sigmoid_neg.onnx" -LabelPath (Join-Path $TestDrive two.txt)
            $model.Labels | Should -Be 'no cat', 'cat'
            (Invoke-CamExplanation "$PSScriptRoot/../../examples/photos/cat.jpg" -Model $model).Label | Should -Be 'no cat'
        }

        It 'asks which of several outputs to explain, and takes a name or a number' {
            $file = "$cases/outputs/s21_features_then_logits.onnx"
            { Import-CamModel $file } | Should -Throw -ErrorId 'SeveralOutputs*' -ExpectedMessage "*0 'f' ?N, 16?, 1 'logits' ?N, 5?*-Output*"
            { Import-CamModel $file -Output logit } | Should -Throw -ErrorId 'UnknownOutput*' -ExpectedMessage "*'logit'*'logits'*"
            (Import-CamModel $file -Output logits).ClassCount | Should -Be 5
            (Import-CamModel $file -Output 1).Output | Should -Be logits
        }

        It 'takes the labels of a Custom Vision export' {
            (Import-CamModel "$cases/onnx-refused/c01_customvision.onnx").Labels | Should -Be ant, bee, cat, dog, elk
        }

        It 'takes blue first where the file or the user says so' {
            (Import-CamModel "$cases/input-metadata/m1_bgr255_meta.onnx").ChannelOrder | Should -Be Bgr
            (Import-CamModel "$cases/heads/d_2d_logits.onnx" -ChannelOrder Bgr).ChannelOrder | Should -Be Bgr
        }
    }

    Context 'whole numbers of 8 bits' {
        BeforeAll {
            $cache = $env:XDG_CACHE_HOME
            $env:XDG_CACHE_HOME = "$TestDrive/cache"
            $folder = "$PSScriptRoot/../data/detection/canvases/images"
            $photos = (Get-ChildItem $folder -Filter *.jpg).FullName
            function Get-Heat($Explanation) {
                $Explanation.ForEach{ $_.Map.ToArray() -join ' ' }
            }
        }

        AfterAll {
            $env:XDG_CACHE_HOME = $cache
        }

        It 'are found with a folder of images, and -Verbose says how near they come' {
            $said = Import-CamModel -Precision Int8 -CalibrationPath $folder -Verbose 4>&1
            $said[-1].Precision | Should -Be Int8
            "$said" | Should -BeLike "*computes in 8 bits: * of 29 operations before 'layer3'. With 32 pictures, *r = 0.9*times as long*"
        }

        It 'are found with the first 16 images of a run, which are explained as those that follow' {
            $told = $($all = $photos | Invoke-CamExplanation -Model (Import-CamModel -Precision Int8) -Verbose) 4>&1
            "$told" | Should -BeLike '*with the first 16 images*computes in 8 bits*runs in ONNX Runtime in 8 bits*'
            $all.Path | Should -Be $photos
            $some = $photos[0..17] | Invoke-CamExplanation -Model (Import-CamModel -Precision Int8)
            Get-Heat $some | Should -Be (Get-Heat $all[0..17])
            Get-Heat $some[0] | Should -Not -Be (Get-Heat (Invoke-CamExplanation $photos[0] (Import-CamModel)))
        }

        It 'are not found with fewer, which are explained in float32' {
            $told = $($few = $photos[0..2] | Invoke-CamExplanation -Model (Import-CamModel -Precision Int8) -Verbose) 4>&1
            "$told" | Should -BeLike '*computes in float32 here: Int8 needs 16 images*there are 3*-CalibrationPath*'
            Get-Heat $few | Should -Be (Get-Heat ($photos[0..2] | Invoke-CamExplanation -Model (Import-CamModel)))
        }

        It 'are known to -SkipExisting of <what>: the same are passed over, others are explained' -ForEach @(
            @{ what = 'an audit'; to = 'audit.db'; export = { $input | Export-CamAudit "$TestDrive/audit.db" } }
            @{ what = 'pictures'; to = 'pictures'; export = { $input | Export-CamOverlay "$TestDrive/pictures" -MaxSize 64 } }
        ) {
            $eight = (New-Item -ItemType Directory "$TestDrive/eight" -Force).FullName
            Copy-Item $photos[0..7] $eight
            $runs = @(
                { Import-CamModel -Precision Int8 -CalibrationPath $folder }
                { Import-CamModel -Precision Int8 -CalibrationPath $eight }
                { Import-CamModel -Precision Int8 }
                { Import-CamModel }
            )
            foreach ($import in $runs) {
                $told = $($photos[0..17] | Invoke-CamExplanation -Model (& $import) -SkipExisting "$TestDrive/$to" -Verbose | & $export) 4>&1
                "$told" | Should -Not -BeLike '*were passed over*'
                $told = $($photos[0..17] | Invoke-CamExplanation -Model (& $import) -SkipExisting "$TestDrive/$to" -Verbose | & $export) 4>&1
                "$told" | Should -BeLike '*18 of the photos were passed over*'
            }
            # Too few for scales: they are in float32, which the last run had.
            $told = $($photos[0..2] | Invoke-CamExplanation -Model (Import-CamModel -Precision Int8) -SkipExisting "$TestDrive/$to" -Verbose | & $export) 4>&1
            "$told" | Should -BeLike '*3 of the photos were passed over*'
        }

        It 'cannot be found in a folder without images, and not for another precision' {
            $empty = (New-Item -ItemType Directory "$TestDrive/empty").FullName
            { Import-CamModel -Precision Int8 -CalibrationPath $empty } | Should -Throw -ErrorId 'InvalidOption*' -ExpectedMessage "*empty' has no pictures in it*"
            { Import-CamModel -CalibrationPath $folder } | Should -Throw -ErrorId 'InvalidOption*' -ExpectedMessage '*Float32 needs no pictures*Leave -CalibrationPath out.'
        }
    }

    Context 'a GPU' {
        BeforeAll {
            $named = $env:EASYEXPLAIN_LIBTORCH
            $packaged = Get-ChildItem "$PSScriptRoot/../../bin/runtimes" -Recurse -Filter '*torch_cpu.*' | Select-Object -First 1 -ExpandProperty DirectoryName
        }

        AfterEach {
            $env:EASYEXPLAIN_LIBTORCH = $named
        }

        It 'needs a CUDA build of libtorch, and says how to name it' -Skip:([bool] $env:EASYEXPLAIN_LIBTORCH) {
            { Import-CamModel -Device cuda:77 } | Should -Throw -ErrorId 'CudaBuildNotNamed*' -ExpectedMessage "*'cuda:77'*EASYEXPLAIN_LIBTORCH*"
        }

        It 'is not found in a folder that is not there' {
            $env:EASYEXPLAIN_LIBTORCH = Join-Path $TestDrive 'gone'
            { Import-CamModel -Device cuda } | Should -Throw -ErrorId 'CudaBuildNotFound*' -ExpectedMessage "*$(Join-Path $TestDrive 'gone')'*"
            (Import-CamModel).ClassCount | Should -Be 10
        }

        It 'is not served by a libtorch for the CPU alone' {
            $env:EASYEXPLAIN_LIBTORCH = $packaged
            { Import-CamModel -Device cuda } | Should -Throw -ErrorId 'CudaBuildCpuOnly*' -ExpectedMessage '*torch_cuda*'
        }

        It 'is not served by a libtorch of another version' {
            $lib = (New-Item -ItemType Directory (Join-Path $TestDrive 'libtorch [1]/lib')).FullName
            $file = (Get-ChildItem -LiteralPath $packaged -Filter '*torch_cpu.*').Name
            $file, $file.Replace('_cpu', '_cuda') | ForEach-Object { Set-Content -LiteralPath (Join-Path $lib $_) '' }
            Set-Content -LiteralPath (Join-Path $TestDrive 'libtorch [1]/build-version') '2.8.0+cu126'
            $env:EASYEXPLAIN_LIBTORCH = Join-Path $TestDrive 'libtorch [1]'
            { Import-CamModel -Device cuda } | Should -Throw -ErrorId 'CudaBuildVersionMismatch*' -ExpectedMessage '*2.8.0*2.10.0*'
        }
    }

    It 'names a key that a file does not have' {
        { Import-CamModel (Import-CamModel).Path -StateDictKey model_ema } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage "*'model_ema'*"
    }

    Context 'torchvision''s own weights' {
        BeforeAll {
            $before = $env:TORCH_HOME, $env:EASYEXPLAIN_WEIGHTS_URL
            $env:TORCH_HOME = Join-Path $TestDrive 'torch [1]'
            $port = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $port.Start()
            $env:EASYEXPLAIN_WEIGHTS_URL = "http://$($port.LocalEndpoint)/models"
            $port.Stop() # nobody answers there
            $cache = Join-Path $env:TORCH_HOME 'hub' 'checkpoints'
            $null = [System.IO.Directory]::CreateDirectory($cache)
            & "$PSScriptRoot/../Common/New-ZeroWeights.ps1" resnet18 (Join-Path $cache 'resnet18-f37072fd.pth')
        }

        AfterAll {
            $env:TORCH_HOME, $env:EASYEXPLAIN_WEIGHTS_URL = $before
        }

        It 'takes what Python has downloaded, with ImageNet''s labels: <arguments.Weights>' -ForEach @(
            @{ arguments = @{ Architecture = 'resnet18'; Weights = 'Default' } }
            @{ arguments = @{ Weights = 'ResNet18_Weights.IMAGENET1K_V1' } }
        ) {
            $model = Import-CamModel @arguments
            $model.Path | Should -Be (Join-Path $cache 'resnet18-f37072fd.pth')
            $model.Labels[281] | Should -Be 'tabby'
            $model.ResizeMode | Should -Be 'Stretch'
            $model.ResizeSize | Should -Be 256
            $explanation = Invoke-CamExplanation "$PSScriptRoot/../../examples/photos/cat.jpg" -Model $model -Class tabby -WarningAction Ignore
            $explanation.Class | Should -Be 281
        }

        It 'asks which class, where two differ in case only' {
            $model = Import-CamModel -Architecture resnet18 -Weights Default
            { Invoke-CamExplanation "$PSScriptRoot/../../examples/photos/cat.jpg" -Model $model -Class CARDIGAN } |
                Should -Throw -ErrorId 'ClassNotFound*' -ExpectedMessage '*264*474*'
        }

        It 'lets the user have the last word on the preprocessing' {
            $model = Import-CamModel -Weights ResNet18_Weights.DEFAULT -ResizeMode CenterCrop -ResizeSize 232 -Interpolation Bicubic
            "$($model.ResizeMode) $($model.ResizeSize) $($model.Interpolation)" | Should -Be 'CenterCrop 232 Bicubic'
        }

        It 'names the file to fetch and where to put it, where there is no network' {
            { Import-CamModel -Architecture resnet34 -Weights Default } | Should -Throw -ErrorId 'WeightsDownloadFailed*' -ExpectedMessage (
                "*$([WildcardPattern]::Escape("$env:EASYEXPLAIN_WEIGHTS_URL/resnet34-b627a593.pth"))*" +
                "$([WildcardPattern]::Escape((Join-Path $cache 'resnet34-b627a593.pth')))*")
        }

        It 'stops at once for <what>' -ForEach @(
            @{ what = 'weights that are not there'; arguments = @{ Architecture = 'resnet50'; Weights = 'V3' }; id = 'UnknownWeights*'; says = '*IMAGENET1K_V2*' }
            @{ what = 'weights of nothing'; arguments = @{ Weights = 'Default' }; id = 'UnknownWeights*'; says = '*architecture*' }
            @{ what = 'an architecture without weights'; arguments = @{ Architecture = 'resnet50' }; id = 'WeightsMissing*'; says = '*-Weights Default*' }
        ) {
            { Import-CamModel @arguments } | Should -Throw -ErrorId $id -ExpectedMessage $says
        }

        It 'completes them with Tab' {
            $line = 'Import-CamModel -Architecture resnet50 -Weights '
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Default', 'IMAGENET1K_V2', 'IMAGENET1K_V1'
        }
    }

    It 'refuses a file that is no weight file, and names it' {
        Set-Content (Join-Path $TestDrive 'page.pth') '<html>404</html>'
        { Import-CamModel (Join-Path $TestDrive 'page.pth') } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage '*page.pth*'
    }

    It 'completes architectures with Tab' {
        $line = 'Import-CamModel -Architecture vgg16'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'vgg16', 'vgg16_bn'
    }

    It 'takes a TorchSharp module of the user''s own, and leaves it the user''s' {
        $nn = [TorchSharp.torch+nn]
        $net = $nn::Sequential($nn::Conv2d(3, 8, 3), $nn::ReLU(), $nn::AdaptiveAvgPool2d(1), $nn::Flatten(), $nn::Linear(8, 2))
        $own = Import-CamModel -Module $net -InputSize 64
        ($own | Get-CamLayer).Type | Should -Be 'Conv2d', 'ReLU', 'AdaptiveAvgPool2d', 'Flatten', 'Linear'
        $own.DefaultLayer | Should -Be '1'
        $explanation = Invoke-CamExplanation ([IO.Path]::GetFullPath("$PSScriptRoot/../../examples/photos/cat.jpg")) -Model $own -Layer 0, 1 -Method GradCAM
        $explanation.Layers | Should -Be '0', '1'
        $own.Dispose()
        $again = Import-CamModel -Module $net -InputSize 64
        $again.ClassCount | Should -Be 2
        { Import-CamModel -Module $nn::Conv2d(1, 8, 3) -InputSize 64 } | Should -Throw '*3, 64, 64*'
    }

    Context 'a whole model' {
        BeforeAll {
            $vww = "$PSScriptRoot/../data/vww"
            $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'person [1]')).FullName
            'model_traced.pt', 'model_scripted.pt', 'model.onnx' | ForEach-Object { [IO.File]::Copy((Resolve-Path "$vww/$_"), (Join-Path $folder $_)) }
            $cat = "$PSScriptRoot/../../examples/photos/cat.jpg"
        }

        It 'is a model like any other: <_>' -ForEach 'model_traced.pt', 'model_scripted.pt', 'model.onnx' {
            $model = Import-CamModel -LiteralPath (Join-Path $folder $_) -InputSize 96 -Mean 0, 0, 0 -Std 1, 1, 1
            $model.ClassCount | Should -Be 2
            ($model | Get-CamLayer 'blocks.*.pointwise.relu').Count | Should -Be 13
            ($model | Get-CamLayer blocks.6).OutputShape | Should -Be 1, 128, 6, 6
            $explanation = $model | Get-CamLayer blocks.6, blocks.12 | Invoke-CamExplanation -Path $cat -Method GradCAM, ScoreCAM
            $explanation.Count | Should -Be 2
            $explanation[0].Layers | Should -Be 'blocks.6', 'blocks.12'
            $explanation[0].Probability | Should -BeGreaterThan 0.5
        }

        It 'takes its preprocessing and labels from what lies beside it, and says so' {
            Set-Content -LiteralPath (Join-Path $folder 'preprocess.json') '{ "input_size": [96, 96], "mean": [0, 0, 0], "std": [1, 1, 1], "resize": "centercrop", "resize_size": 100, "author": "me" }'
            Set-Content -LiteralPath (Join-Path $folder 'labels.txt') 'non_person', 'person', ''
            $messages = Import-CamModel -LiteralPath (Join-Path $folder 'model.onnx') -Verbose -OutVariable model 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            "$messages" | Should -Match 'preprocess\.json'
            "$messages" | Should -Match 'author'
            "$messages" | Should -Match 'labels\.txt'
            $model = $model | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
            $model.InputSize | Should -Be 96, 96
            "$($model.ResizeMode) $($model.ResizeSize) $($model.Labels)" | Should -Be 'CenterCrop 100 non_person person'
            (Import-CamModel -LiteralPath (Join-Path $folder 'model.onnx') -ResizeMode Stretch -Mean 0.1, 0.1, 0.1).Mean | Should -Be 0.1, 0.1, 0.1
        }

        It 'stops at a preprocess.json that says something impossible: <says>' -ForEach @(
            @{ json = '{ "input_size": [96, 96], '; says = '*is no JSON*' }
            @{ json = '[1, 2]'; says = '*is no JSON object*' }
            @{ json = '{ "input_size": "large" }'; says = '*preprocess.json*input_size*large*2 whole numbers*' }
            @{ json = '{ "input_size": [96, 999999] }'; says = '*input_size*999999*2048*' }
            @{ json = '{ "mean": [true] }'; says = '*mean*list of numbers*' }
            @{ json = '{ "resize": "fit" }'; says = '*resize*fit*stretch, centercrop, stretchcrop, pad or letterbox*' }
        ) {
            Set-Content -LiteralPath (Join-Path $folder 'preprocess.json') $json
            { Import-CamModel -LiteralPath (Join-Path $folder 'model.onnx') } | Should -Throw -ErrorId 'InvalidOption*' -ExpectedMessage $says
        }

        It 'needs no architecture, and says so' {
            { Import-CamModel "$vww/model.onnx" -Architecture resnet18 } | Should -Throw -ErrorId 'InvalidOption*' -ExpectedMessage '*whole model*-Architecture*'
        }

        It 'is looked for in an archive by its content: a zip file of something else is refused' {
            $zip = Join-Path $TestDrive 'photos.pt'
            $archive = [IO.Compression.ZipFile]::Open($zip, 'Create')
            $null = $archive.CreateEntry('cat.jpg')
            $archive.Dispose()
            { Import-CamModel $zip } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage '*photos.pt*zip archive*'
        }

        It 'has every operator named that is not known here, with the layers that need it' {
            $changed = Join-Path $TestDrive 'changed.pt'
            [IO.File]::Copy((Resolve-Path "$vww/model_scripted.pt"), $changed)
            $archive = [IO.Compression.ZipFile]::Open($changed, 'Update')
            try {
                foreach ($entry in @($archive.Entries | Where-Object FullName -Match '/code/.*\.py$')) {
                    $reader = [IO.StreamReader]::new($entry.Open())
                    $code = $reader.ReadToEnd()
                    $reader.Dispose()
                    $new = $code -creplace 'torch\.relu_?\(|torch\.relu__0\(', 'torch.wobble(' -creplace 'torch\.flatten\(', 'torch.crumple('
                    if ($new -cne $code) {
                        $name = $entry.FullName
                        $entry.Delete()
                        $writer = [IO.StreamWriter]::new($archive.CreateEntry($name, 'NoCompression').Open())
                        $writer.Write($new)
                        $writer.Dispose()
                    }
                }
            }
            finally { $archive.Dispose() }
            $thrown = { Import-CamModel $changed -InputSize 96 } | Should -Throw -ErrorId 'UnsupportedOperator*' -PassThru
            $thrown.Exception.Message | Should -BeLike '*changed.pt*'
            foreach ($word in 'wobble', 'crumple', 'stem.relu', 'more') { $thrown.Exception.Message | Should -BeLike "*$word*" }
        }

        It 'is refused where it is cut off, with its name' {
            $broken = Join-Path $TestDrive 'broken.onnx'
            [IO.File]::WriteAllBytes($broken, [IO.File]::ReadAllBytes((Resolve-Path "$vww/model.onnx"))[0..99999])
            { Import-CamModel $broken } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage '*broken.onnx*cut off*'
        }
    }
}

Describe 'Import-CamModel, of several files' {
    BeforeAll {
        $script:folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'several [1]')).FullName
        [IO.File]::Copy((Resolve-Path "$PSScriptRoot/../data/vww/model.onnx"), (Join-Path $folder 'a.onnx'))
        [IO.File]::Copy((Import-CamModel).Path, (Join-Path $folder 'c [1].safetensors'))
        [IO.File]::Copy((Resolve-Path "$PSScriptRoot/../../examples/photos/cat.jpg"), (Join-Path $folder 'cat.jpg'))
        [IO.File]::WriteAllText((Join-Path $folder 'b.pth'), 'hello')
        Push-Location -LiteralPath $folder
    }

    AfterAll { Pop-Location }

    It 'gives the good ones, and an error for each bad one: <_>' -ForEach @(
        'Import-CamModel a.onnx, b.pth, gone.onnx, ''c [1].safetensors'''
        'Import-CamModel a.onnx, b.pth, g*.nix, *.safetensors'
        '''a.onnx'', ''b.pth'', ''gone.onnx'', ''c [1].safetensors'' | Import-CamModel'
    ) {
        $models, $problem = (& ([scriptblock]::Create("$_ -ErrorAction Continue")) 2>&1).Where({ $_ -isnot [Management.Automation.ErrorRecord] }, 'Split')
        $models.Name | Should -Be a, 'c [1]'
        $problem.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Should -Be WeightFileInvalid, FileNotFound
        $problem[0].TargetObject | Should -Be (Join-Path $folder b.pth)
    }

    It 'stops at one that is named alone, and at what is wrong for all' {
        { Import-CamModel b.pth } | Should -Throw -ErrorId 'WeightFileInvalid*'
        { Import-CamModel *.pth } | Should -Throw -ErrorId 'WeightFileInvalid*'
        { Get-Item a.onnx, b.pth | Import-CamModel -Device gpu } | Should -Throw -ErrorId 'UnknownDevice*'
        { Import-CamModel a.onnx, b.pth -Architecture resnet21 } | Should -Throw -ErrorId 'UnknownArchitecture*'
        { Import-CamModel a.onnx, b.pth -LabelPath gone.txt } | Should -Throw -ErrorId 'FileNotFound*' -ExpectedMessage '*gone.txt*'
    }

    It 'calls a model as asked, in tables and in names of pictures, and only one' {
        $model = Import-CamModel a.onnx -Name 'person finder'
        $model.Name | Should -Be 'person finder'
        $model | Out-String -Width 160 | Should -Match 'person finder\s+ONNX'
        (Invoke-CamExplanation cat.jpg $model | Export-CamOverlay out -FileName '{Model}' -PassThru).Name | Should -Be 'person finder.png'
        { Import-CamModel a.onnx, 'c [1].safetensors' -Name same } | Should -Throw -ErrorId 'NameForSeveral*' -ExpectedMessage "*'same'*c [[]1]*"
        $nn = [TorchSharp.torch+nn]
        (Import-CamModel -Module $nn::Sequential($nn::Conv2d(3, 8, 3), $nn::AdaptiveAvgPool2d(1), $nn::Flatten(), $nn::Linear(8, 2)) -InputSize 64 -Name own).Name | Should -Be own
    }
}

Describe 'Import-CamModel, what was meant' {
    BeforeAll {
        Push-Location -LiteralPath (New-Item -ItemType Directory (Join-Path $TestDrive 'meant')).FullName
        Copy-Item "$PSScriptRoot/../../examples/photos/cat.jpg" .
        [IO.File]::Copy((Resolve-Path "$PSScriptRoot/../data/vww/model.onnx"), (Join-Path $PWD 'm.onnx'))
    }

    AfterAll { Pop-Location }

    It 'says what a path is that is no model: <path>' -ForEach @(
        @{ path = '.'; id = 'PathIsFolder'; says = '*is a folder*m.onnx*' }
        @{ path = 'cat.jpg'; id = 'WeightFileInvalid'; says = '*is a picture (JPEG)*Invoke-CamExplanation*' }
        @{ path = 'resnet50'; id = 'FileNotFound'; says = '*-Architecture resnet50*-Weights Default*' }
    ) {
        { Import-CamModel $path } | Should -Throw -ErrorId "$id,*" -ExpectedMessage $says
    }

    It 'knows a picture by its content: <kind>' -ForEach @(
        @{ kind = 'PNG'; head = 0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10 }
        @{ kind = 'GIF'; head = [byte[]][char[]]'GIF89a' }
        @{ kind = 'WebP'; head = [byte[]][char[]]'RIFF....WEBPVP8 ' }
        @{ kind = 'TIFF'; head = 0x49, 0x49, 42, 0, 8, 0, 0, 0 }
        @{ kind = 'BMP'; head = 0x42, 0x4D, 58, 0, 0, 0, 0, 0, 0, 0 }
        @{ kind = 'HEIF, AVIF, MP4'; head = 0, 0, 0, 24 + [byte[]][char[]]'ftypavif' }
    ) {
        [IO.File]::WriteAllBytes((Join-Path $PWD 'model.pth'), [byte[]] $head + [byte[]]::new(100))
        { Import-CamModel model.pth } | Should -Throw -ErrorId 'WeightFileInvalid,*' -ExpectedMessage "*picture*($kind)*Invoke-CamExplanation*"
    }

    It 'says what weights are called, whatever was given: <weights>' -ForEach @(
        @{ weights = 'Foo'; says = "There are no weights 'Foo'.*IMAGENET1K_V1*-Path*" }
        @{ weights = 'IMAGENET1K_V3'; says = '*Near: IMAGENET1K_V1, IMAGENET1K_V2*' }
        @{ weights = 'resnet50'; says = '*is an architecture*-Architecture*' }
        @{ weights = 'IMAGENET1K_V1'; says = '*ResNet50_Weights.IMAGENET1K_V1*' }
    ) {
        { Import-CamModel -Weights $weights } | Should -Throw -ErrorId 'UnknownWeights,*' -ExpectedMessage $says
    }

    It 'warns of a -ResizeSize that nothing heeds' {
        $null = Import-CamModel -ResizeSize 40 -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*-ResizeSize 40*CenterCrop*'
        $null = Import-CamModel -ResizeSize 40 -ResizeMode CenterCrop -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
    }

    It 'says in its table that a model was disposed' {
        $model = Import-CamModel
        $model.Dispose()
        $model | Out-String -Width 160 | Should -Match 'resnet20-cifar10 \(disposed\)'
    }

    It 'completes devices, and the keys of a checkpoint, with a line on each' {
        $line = 'Import-CamModel -Device '
        $found = (TabExpansion2 $line $line.Length).CompletionMatches
        $found.CompletionText | Should -Be cpu, cuda, cuda:0, cuda:1
        $found | ForEach-Object { $_.ToolTip | Should -Not -Be $_.CompletionText }
        $line = "Import-CamModel '$(Resolve-Path "$PSScriptRoot/../data/weights")/training.pth' -StateDictKey "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be model, model_ema
    }
}

Describe 'Import-CamModel, of a folder' {
    BeforeAll {
        $script:hub = (New-Item -ItemType Directory (Join-Path $TestDrive 'hub [1]')).FullName
        $script:repository = Join-Path $hub models--timm--resnet18.a1_in1k
        $script:snapshot = (New-Item -ItemType Directory (Join-Path $repository snapshots/0123abc)).FullName
        & "$PSScriptRoot/../Common/New-ZeroWeights.ps1" resnet18 (Join-Path $snapshot model.safetensors) 2
        [IO.File]::WriteAllText((Join-Path $snapshot config.json), (@{
            architecture = 'resnet18'; num_classes = 2; label_names = @('cat', 'dog')
            pretrained_cfg = @{ input_size = 3, 64, 64; crop_pct = 0.8; crop_mode = 'squash'; interpolation = 'lanczos'; mean = 0.1, 0.2, 0.3; std = 1, 1, 1 }
        } | ConvertTo-Json))
        $script:cacheBefore = $env:HF_HUB_CACHE
        $env:HF_HUB_CACHE = $hub
        Push-Location -LiteralPath $hub
    }

    AfterAll {
        Pop-Location
        $env:HF_HUB_CACHE = $cacheBefore
    }

    It 'needs no parameter: <path>' -ForEach @(
        @{ path = 'hf:timm/resnet18.a1_in1k' }
        @{ path = 'hf:timm/resnet18.a1_in1k@0123abc' }
        @{ path = 'models--timm--resnet18.a1_in1k' }
        @{ path = 'models--timm--resnet18.a1_in1k/snapshots/0123abc/' }
        @{ path = 'models--timm--resnet18.a1_in1k/snapshots/*' }
        @{ path = 'models--timm--resnet18.a1_in1k/snapshots/0123abc/model.safetensors' }
    ) {
        $messages = Import-CamModel $path -Verbose -OutVariable made 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        $model = $made | Where-Object { $_ -is [EasyExplain.Models.CamModel] }
        $model.Name | Should -Be resnet18.a1_in1k
        "$($model.Architecture) $($model.Labels) $($model.InputSize)" | Should -Be 'resnet18 cat dog 64 64'
        "$($model.ResizeMode) $($model.ResizeSize) $($model.Interpolation) $($model.Mean)" | Should -Be 'StretchCrop 80 Lanczos 0.1 0.2 0.3'
        "$messages" | Should -BeLike "*timm's 'resnet18'*preprocessing is timm's*"
    }

    It 'is explained like any other, and the parameters have the last word' {
        $model = Import-CamModel -LiteralPath $snapshot -ResizeMode Pad -Interpolation Nearest -Name mine
        "$($model.Name) $($model.ResizeMode) $($model.ResizeSize) $($model.Interpolation)" | Should -Be 'mine Pad 64 Nearest'
        (Invoke-CamExplanation "$PSScriptRoot/../../examples/photos/cat.jpg" -Model $model -Method GradCAM -WarningAction Ignore).Label |
            Should -BeIn cat, dog
    }

    It 'says where it looked, and what would be right: <path>' -ForEach @(
        @{ path = 'hf:timm/resnet18'; id = 'FolderNotFound'; says = "*'hf:timm/resnet18'*models--timm--resnet18'*timm/resnet18.a1_in1k*hf download*" }
        @{ path = 'hf:timm/resnet18.a1_in1k@v9'; id = 'FolderNotFound'; says = '*v9*0123abc*' }
        @{ path = 'hf:resnet 18'; id = 'FolderNotFound'; says = '*hf:org/name*' }
        @{ path = '.'; id = 'PathIsFolder'; says = '*is a folder*' }
    ) {
        { Import-CamModel $path } | Should -Throw -ErrorId "$id,*" -ExpectedMessage $says
    }

    It 'is one error among several models' {
        $other = (New-Item -ItemType Directory (Join-Path $hub other)).FullName
        [IO.File]::WriteAllText((Join-Path $other config.json), '{ "architecture": "resnet81" }')
        $models, $problem = (Import-CamModel other, hf:timm/resnet18.a1_in1k -ErrorAction Continue 2>&1).Where({ $_ -isnot [Management.Automation.ErrorRecord] }, 'Split')
        $models.Name | Should -Be resnet18.a1_in1k
        $problem.FullyQualifiedErrorId | Should -BeLike 'UnknownArchitecture,*'
        "$problem" | Should -BeLike '*resnet81*resnet18*'
    }
}
