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
}
