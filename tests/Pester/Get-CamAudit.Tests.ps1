BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    Push-Location $TestDrive
    foreach ($name in 'cat', 'rocket') { Copy-Item "$PSScriptRoot/../../examples/photos/$name.jpg" . }
    Set-Content notes.jpg 'not an image'
    $script:model = Import-CamModel
    Invoke-CamExplanation -LiteralPath cat.jpg, rocket.jpg, notes.jpg -Model $model -Layer layer2, layer3 -ExpectedLabel truck -ErrorAction SilentlyContinue |
        Export-CamAudit audit.db
}

AfterAll { Pop-Location }

Describe 'Get-CamAudit' {
    It 'shows a table' {
        $text = (Get-CamAudit audit.db | Format-Table | Out-String -Width 80) -replace '\e\[[\d;]*m'
        $text | Should -Match 'cat\.jpg\s+cat\s+75.5 ?%\s+truck\s+False'
        $text | Should -Match 'notes\.jpg\s+ImageNotAnImage'
    }

    It 'counts mistakes as README does' {
        $groups = Get-CamAudit audit.db | Where-Object Correct -eq $false | Group-Object Expected, Label -NoElement | Sort-Object Name
        $groups.Name | Should -Be 'truck, cat', 'truck, ship'
        $groups | ForEach-Object Count | Should -Be 1, 1
    }

    It 'has what explanations have' {
        $row = Get-CamAudit audit.db | Select-Object -First 1
        $row.Maps.Layer | Should -Be 'layer2', 'layer3'
        $row.Fused.Width | Should -Be 16
        $row.Predicted | Should -Be 'cat'
        $row.Predictions[0].Label | Should -Be 'cat'
        $row.Map.GetBox(0.5).Share | Should -BeGreaterThan 0
        $row.Maps[1].Tensor.shape | Should -Be 8, 8
        $row.Duration | Should -BeOfType TimeSpan
    }

    It 'gives rows for CSV files and JSON, small' {
        Get-CamAudit audit.db | Select-Object File, Label, Layers, ErrorId | Export-Csv rows.csv
        (Import-Csv rows.csv)[0].Layers | Should -Be 'layer2; layer3'
        (Get-CamAudit audit.db | ConvertTo-Json -Depth 5).Length | Should -BeLessThan 5kb
    }

    It 'gives rows that are drawn, and explained again' {
        Get-CamAudit audit.db | Where-Object Label | Export-CamOverlay out -Style Panel -PassThru | Should -HaveCount 2
        Get-CamAudit audit.db | Where-Object Label -eq ship | Invoke-CamExplanation -Model $model -Method FinerCAM |
            ForEach-Object { "$_" } | Should -Be 'rocket.jpg: ship (FinerCAM)'
    }

    It 'says what is no audit file' {
        { Get-CamAudit notes.jpg } | Should -Throw -ErrorId 'NotAnAudit,*' -ExpectedMessage '*notes.jpg*no audit file*'
    }
}
