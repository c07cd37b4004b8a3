BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
}

Describe 'Get-CamLayer' {
    It 'finds layers by wildcard' {
        ($model | Get-CamLayer layer?).Name | Should -Be 'layer1', 'layer2', 'layer3'
        (Get-CamLayer $model layer3, conv1).Name | Should -Be 'layer3', 'conv1'
    }

    It 'finds layers by type' {
        $model | Get-CamLayer -Type BasicBlock | Should -HaveCount 9
        $model | Get-CamLayer -Type *Norm2d | Should -HaveCount 21
    }

    It 'gives ordinary objects, that filter, sort and group' {
        ($model | Get-CamLayer | Where-Object Type -EQ Conv2d | Select-Object -Last 3).Name | Should -Be 'layer3.1.conv2', 'layer3.2.conv1', 'layer3.2.conv2'
        ($model | Get-CamLayer | Sort-Object ParameterCount -Descending | Select-Object -First 1).Name | Should -Be 'layer3'
        ($model | Get-CamLayer | Group-Object Type | Where-Object Name -EQ Linear).Count | Should -Be 1
    }

    It 'marks the default layer in its table' {
        $lines = $model | Get-CamLayer layer? | Out-String -Stream -Width 120
        $lines -match 'layer3' | Should -Match '\* layer3\s+1×64×8×8\s+Sequential'
        $lines -match 'layer2' | Should -Not -Match '\*'
    }

    It 'says which names are near a misspelt one' {
        $model | Get-CamLayer layer5 -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'LayerNotFound*'
        "$problem" | Should -Match 'layer1, layer2, layer3'
    }

    It 'indents names with -Tree, and gives the same layers' {
        $tree = $model | Get-CamLayer layer3, layer3.0, layer3.0.conv1 -Tree
        $lines = $tree | Out-String -Stream -Width 120
        $lines -match 'conv1' | Should -Match '46       layer3\.0\.conv1 '
        $lines -match 'BasicBlock' | Should -Match '45     layer3\.0 '
        $tree[0] | Should -BeOfType EasyExplain.Models.CamLayer
        $tree[0].Model | Should -Be $model
        ($tree | Where-Object Type -EQ Conv2d).Name | Should -Be 'layer3.0.conv1'
    }

    It 'forgets the tree without -Tree' {
        $null = $model | Get-CamLayer -Tree | Out-String
        $model | Get-CamLayer layer3.0.conv1 | Out-String -Width 120 | Should -Match '46   layer3\.0\.conv1 '
    }

    It 'completes <line> with Tab' -ForEach @(
        @{ Line = '$model | Get-CamLayer layer3.0.c'; Expected = 'layer3.0.conv1', 'layer3.0.conv2' }
        @{ Line = '$models[0] | Get-CamLayer -Name av'; Expected = 'avgpool' }
        @{ Line = '$holder.Model | Get-CamLayer av'; Expected = 'avgpool' }
        @{ Line = '$models | Get-CamLayer layer1, av'; Expected = 'avgpool' }
        @{ Line = 'Get-CamLayer -Model $model -Name av'; Expected = 'avgpool' }
        @{ Line = '$model | Get-CamLayer -Type Ba'; Expected = 'BasicBlock', 'BatchNorm2d' }
        @{ Line = 'Get-CamLayer -Model $model -Type *2d'; Expected = 'AdaptiveAvgPool2d', 'BatchNorm2d', 'Conv2d' }
        @{ Line = '$model | Invoke-CamExplanation x.jpg -Layer av'; Expected = 'avgpool' }
        @{ Line = 'Invoke-CamExplanation x.jpg -Model $model -Layer av'; Expected = 'avgpool' }
        @{ Line = '$model | Invoke-CamExplanation x.jpg -Class au'; Expected = 'automobile' }
        @{ Line = 'Import-CamModel -Architecture vgg13'; Expected = 'vgg13', 'vgg13_bn' }
    ) {
        $models = @($model)
        $holder = @{ Model = $model }
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $expected
    }

    It 'runs nothing for Tab' {
        $script:ran = $false
        function Get-Other { $script:ran = $true; $model }
        foreach ($line in '(Get-Other) | Get-CamLayer av', '$(Get-Other) | Get-CamLayer av', '$model.Dispose() | Get-CamLayer av', '$nobody | Get-CamLayer av') {
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Not -Contain 'avgpool'
        }
        $ran | Should -BeFalse
        $model.IsDisposed | Should -BeFalse
    }
}
