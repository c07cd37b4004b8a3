BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    foreach ($folder in 'cat', 'truck') { $null = New-Item -ItemType Directory (Join-Path $TestDrive "photos/$folder") -Force }
    Copy-Item "$PSScriptRoot/../../examples/photos/cat.jpg" (Join-Path $TestDrive 'photos/cat/1.jpg')
    Copy-Item "$PSScriptRoot/../../examples/photos/rocket.jpg" (Join-Path $TestDrive 'photos/truck/a [1].jpg')
    Set-Content (Join-Path $TestDrive 'photos/truck/notes.jpg') 'not an image'
    Push-Location $TestDrive

    function Invoke-Audit([string] $Path = 'audit.db', [hashtable] $With = @{}) {
        Get-ChildItem photos -Recurse -File |
            Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder -SkipExisting $Path -ErrorAction SilentlyContinue @With |
            Export-CamAudit $Path -PassThru
    }
}

AfterAll { Pop-Location }

Describe 'Export-CamAudit' {
    It 'writes a row for each image, also for one that failed' {
        Invoke-Audit | Should -HaveCount 2
        $rows = Get-CamAudit audit.db | Sort-Object File
        $rows.File | Should -Be 'photos/cat/1.jpg', 'photos/truck/a [1].jpg', 'photos/truck/notes.jpg'
        $rows.Label | Should -Be 'cat', 'ship', ''
        $rows.Correct | Should -Be $true, $false, $null
        $rows.ErrorId | Should -Be $null, $null, 'ImageNotAnImage'
        $rows[0].Hash | Should -Match '^[0-9a-f]{32}$'
        $rows[0].Length | Should -Be (Get-Item photos/cat/1.jpg).Length
    }

    It 'explains nothing twice when it is run again, and tries what failed again' {
        $messages = Invoke-Audit -With @{ Verbose = $true } 4>&1
        "$messages" | Should -Match "2 of the photos were passed over: 'audit.db' has them"
        Get-CamAudit audit.db | Should -HaveCount 3
        Copy-Item photos/cat/1.jpg photos/truck/notes.jpg
        $null = Invoke-Audit
        Get-CamAudit audit.db | Should -HaveCount 3
        (Get-CamAudit audit.db).ErrorId | Should -Be $null, $null, $null
    }

    It 'keeps other layers and methods beside each other' {
        $null = Invoke-Audit many.db
        $null = Invoke-Audit many.db @{ Method = 'GradCAM'; Layer = 'layer2' }
        Get-CamAudit many.db | Group-Object Method -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Should -Be 'GradCAM 3', 'LayerCAM 3'
    }

    It 'writes tables that are read as tables: .<_>' -ForEach 'csv', 'jsonl' {
        Get-CamAudit audit.db | Sort-Object File | Export-CamAudit "tables/audit.$_"
        $rows = if ($_ -eq 'csv') { Import-Csv tables/audit.csv } else { Get-Content tables/audit.jsonl | ConvertFrom-Json }
        $rows.file | Should -Be 'photos/cat/1.jpg', 'photos/truck/a [1].jpg', 'photos/truck/notes.jpg'
        $rows.label | Should -Be 'cat', 'ship', 'cat'
        $rows[0].probability | Should -BeGreaterThan 0.7
        "$($rows.correct)" | Should -Be 'True False False'
        [datetime] $rows[0].modified | Should -Not -BeNullOrEmpty
    }

    It 'writes Parquet, and maps for NumPy' {
        Get-CamAudit audit.db | Export-CamAudit audit.parquet -MapFolder 'maps [1]'
        $bytes = [IO.File]::ReadAllBytes("$TestDrive/audit.parquet")
        [Text.Encoding]::ASCII.GetString($bytes, 0, 4) + [Text.Encoding]::ASCII.GetString($bytes, $bytes.Length - 4, 4) | Should -Be 'PAR1PAR1'
        $maps = [IO.File]::ReadAllBytes("$TestDrive/maps [1]/layer3.npy")
        [Text.Encoding]::ASCII.GetString($maps, 10, 118) | Should -BeLike "*'shape': (3, 8, 8)*"
        $maps | Should -HaveCount (128 + 3 * 64)
    }

    It 'goes with Export-CamOverlay: a picture that is missing is drawn from the audit file' {
        $run = { Invoke-Audit | Export-CamOverlay out -SkipExisting -PassThru }
        & $run | Should -HaveCount 3
        & $run | Should -HaveCount 0
        Remove-Item out/photos/cat/*.png
        (& $run).Name | Should -Be '1_LayerCAM_cat_overlay.png'
    }

    It 'writes nothing with -WhatIf, and leaves a file alone with -NoClobber' {
        Invoke-CamExplanation photos/cat/1.jpg $model | Export-CamAudit new.db -WhatIf
        'new.db' | Should -Not -Exist
        { Invoke-CamExplanation photos/cat/1.jpg $model | Export-CamAudit audit.parquet -NoClobber } | Should -Throw -ErrorId 'AuditExists,*'
    }
}
