BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    $script:photos = Join-Path $TestDrive photos
    foreach ($folder in 'cat', 'truck') { $null = New-Item -ItemType Directory (Join-Path $photos $folder) -Force }
    Copy-Item "$PSScriptRoot/../../examples/photos/cat.jpg" (Join-Path $photos 'cat/1.jpg')
    Copy-Item "$PSScriptRoot/../../examples/photos/rocket.jpg" (Join-Path $photos 'truck/1.jpg')
}

Describe 'Auditing a folder' {
    It 'keeps the folders of the photos' {
        $out = Join-Path $TestDrive tree
        Get-ChildItem $photos -Recurse -Include *.jpg, *.png | Invoke-CamExplanation -Model $model | Export-CamOverlay $out -RelativeTo $photos
        (Get-ChildItem $out -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($out, $_.FullName).Replace('\', '/') }) |
            Should -Be 'cat/1_LayerCAM_cat_overlay.png', 'truck/1_LayerCAM_ship_overlay.png'
        Push-Location $TestDrive
        Get-ChildItem photos -Recurse -File | Invoke-CamExplanation -Model $model | Export-CamOverlay here
        Pop-Location
        Join-Path $TestDrive 'here/photos/cat/1_LayerCAM_cat_overlay.png' | Should -Exist
    }

    It 'gives rows for Export-Csv, as they are' {
        $csv = Join-Path $TestDrive audit.csv
        Get-ChildItem $photos -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder |
            Select-Object Path, Label, Probability, Expected, Correct | Export-Csv $csv
        $rows = Import-Csv $csv
        $rows.Path | Split-Path -Leaf | Should -Be '1.jpg', '1.jpg'
        $rows.Label | Should -Be 'cat', 'ship'
        $rows.Expected | Should -Be 'cat', 'truck'
        $rows.Correct | Should -Be 'True', 'False'
        [double] $rows[0].Probability | Should -BeGreaterThan 0.7
    }

    It 'asks a script block what to expect, of each file' {
        $rows = Get-ChildItem $photos -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel { $_.Directory.Name -replace 'truck', 'SHIP' }
        $rows.Expected | Should -Be 'cat', 'ship'
        $rows.Correct | Should -Be $true, $true
    }

    It 'warns once of labels that the model does not know' {
        $rows = Get-ChildItem $photos -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel zebra -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $rows.Correct | Should -Be $null, $null
    }

    It 'goes on where a run was stopped, and explains no photo twice' {
        $out = Join-Path $TestDrive resumed
        $run = { Get-ChildItem $photos -Recurse -File | Invoke-CamExplanation -Model $model -SkipExisting $out | Export-CamOverlay $out -RelativeTo $photos -PassThru }
        & $run | Should -HaveCount 2
        & $run | Should -HaveCount 0
        $half = Join-Path $out 'truck/1_LayerCAM_ship_overlay.png'
        [IO.File]::WriteAllBytes($half, [IO.File]::ReadAllBytes($half)[0..5000])
        (& $run).FullName | Should -Be $half
    }

    It 'makes the table of the pictures, as docs/auditing.md has it, however often it was stopped' {
        Push-Location $TestDrive
        try {
            $page = Get-Content "$PSScriptRoot/../../docs/auditing.md" -Raw
            $lines = [scriptblock]::Create([regex]::Match($page, '(?s)## With pictures alone.*?```powershell\r?\n(.*?)```').Groups[1].Value)
            $images = Get-ChildItem photos -Recurse -Include *.jpg
            & $lines
            Remove-Item 'out/truck/1_LayerCAM_ship_overlay.png'
            & $lines
            $rows = Import-Csv overlays.csv
            $rows.Label | Should -Be 'cat', 'ship'
            $rows.Correct | Should -Be 'True', 'False'
            $rows.Path | Split-Path -Leaf | Should -Be '1.jpg', '1.jpg'
        }
        finally { Pop-Location }
    }

    It 'shares one model in ForEach-Object -Parallel' {
        $alone = Invoke-CamExplanation (Join-Path $photos 'cat/1.jpg') -Model $model
        $manifest = "$PSScriptRoot/../../EasyExplain.psd1"
        $scores = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:manifest
            $own = Import-CamModel
            $null = Invoke-CamExplanation (Join-Path $using:photos 'truck/1.jpg') -Model $own
            $own.Dispose()
            (Invoke-CamExplanation (Join-Path $using:photos 'cat/1.jpg') -Model $using:model).Score
        }
        $scores | Should -HaveCount 8
        $scores | Sort-Object -Unique | Should -Be $alone.Score
    }

    It 'says with -WhatIf what would be written, and writes nothing' {
        $out = Join-Path $TestDrive nothing
        $said = & (Join-Path $PSHOME pwsh) -NoProfile -c "Import-Module '$PSScriptRoot/../../EasyExplain.psd1'; Get-ChildItem '$photos' -Recurse -File | Invoke-CamExplanation -Model (Import-CamModel) | Export-CamOverlay '$out' -WhatIf"
        $said -match 'What if:.*_overlay\.png' | Should -HaveCount 2
        $out | Should -Not -Exist
    }

    It 'asks once with -Confirm, where the answer is Yes to All' {
        $out = Join-Path $TestDrive confirmed
        $said = 'A' | & (Join-Path $PSHOME pwsh) -NoProfile -c "Import-Module '$PSScriptRoot/../../EasyExplain.psd1'; Invoke-CamExplanation (Get-ChildItem '$photos' -Recurse -File).FullName -Model (Import-CamModel) | Export-CamOverlay '$out' -FileName '{Label}' -Confirm"
        $said -match 'Write picture' | Should -HaveCount 1
        Get-ChildItem $out | Should -HaveCount 2
    }

    It 'completes placeholders with Tab' {
        $line = "Export-CamOverlay out -FileName '{Folder}/{Na"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "'{Folder}/{Name}'"
    }

    It 'runs its example' {
        $said = & "$PSScriptRoot/../../examples/audit-cifar.ps1" -Path $photos -Destination (Join-Path $TestDrive worst) -Worst 1
        $said | Should -Contain 'resnet20-cifar10 (resnet20): 50.00 % of 2 images are right.'
        Get-ChildItem (Join-Path $TestDrive worst/truck) | Should -HaveCount 2
    }
}
