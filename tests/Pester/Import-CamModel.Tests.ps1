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
        @{ what = 'an architecture that does not fit'; arguments = @{ Architecture = 'vgg11' }; id = 'WeightsDoNotFit*'; says = '*classifier.6.weight*' }
        @{ what = 'a device that is not there'; arguments = @{ Device = 'cuda:77' }; id = 'InvalidOption*'; says = "*'cuda:77'*" }
    ) {
        { Import-CamModel @arguments } | Should -Throw -ErrorId $id
        { Import-CamModel @arguments } | Should -Throw -ExpectedMessage $says
    }

    It 'names a key that a file does not have' {
        { Import-CamModel (Import-CamModel).Path -StateDictKey model_ema } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage "*'model_ema'*"
    }

    It 'refuses a file that is no weight file, and names it' {
        Set-Content (Join-Path $TestDrive 'page.pth') '<html>404</html>'
        { Import-CamModel (Join-Path $TestDrive 'page.pth') } | Should -Throw -ErrorId 'WeightFileInvalid*' -ExpectedMessage '*page.pth*'
    }

    It 'completes architectures with Tab' {
        $line = 'Import-CamModel -Architecture vgg16'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'vgg16', 'vgg16_bn'
    }
}
