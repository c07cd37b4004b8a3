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

    Context 'of a detector, with the ground truth' {
        BeforeAll {
            $data = "$PSScriptRoot/../data/detection"
            $detector = Import-CamModel "$data/cifar_canvas.onnx"
            $images = Get-ChildItem "$data/canvases/images" | Select-Object -First 6
            $images | Invoke-CamExplanation -Model $detector | Export-CamAudit things.db -TruthPath "$data/canvases/instances.json"
            $things = @(Get-CamAudit things.db)
            function Get-Verdict([string] $Path) {
                Get-CamAudit $Path | ForEach-Object { "$([IO.Path]::GetFileName($_.File)) $($_.Detection) $($_.Verdict) $($_.Truth)" }
            }
        }

        It 'has a row for each thing that is there or was found, in the image it is in' {
            $truth = Get-Content "$data/canvases/instances.json" | ConvertFrom-Json -AsHashtable
            foreach ($image in $images) {
                $id = ($truth.images | Where-Object file_name -Like "*$($image.Name)").id
                $there = @($truth.annotations | Where-Object image_id -EQ $id)
                $own = @($things | Where-Object { $_.Truth -and $_.File -like "*$($image.Name)" -and $_.Verdict -ne 'Duplicate' })
                @($own | ForEach-Object { "$($_.TruthBox)" } | Select-Object -Unique) | Should -HaveCount $there.Count
            }
            @($things | Where-Object Verdict -EQ Right).Count | Should -BeGreaterThan 3
            foreach ($right in $things | Where-Object Verdict -EQ Right) {
                $right.Label | Should -Be $right.Truth
                $right.Overlap | Should -BeGreaterOrEqual 0.5
                $right.Box.Overlap($right.TruthBox) | Should -BeGreaterOrEqual 0.5
            }
        }

        It 'says the same by YOLO and by Pascal VOC' {
            foreach ($kind in 'labels', 'annotations') {
                Get-CamAudit things.db | Export-CamAudit "$kind.db" -TruthPath "$data/canvases/$kind"
                Get-Verdict "$kind.db" | Sort-Object | Should -Be (Get-Verdict things.db | Sort-Object)
            }
        }

        It 'explains nothing twice, and keeps what was missed' {
            $before = Get-Verdict things.db
            $messages = $images | Invoke-CamExplanation -Model $detector -SkipExisting things.db -Verbose 4>&1 |
                ForEach-Object { $_ } | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            "$messages" | Should -Match '6 of the photos were passed over'
            $images | Invoke-CamExplanation -Model $detector -SkipExisting things.db |
                Export-CamAudit things.db -TruthPath "$data/canvases/instances.json"
            Get-Verdict things.db | Sort-Object | Should -Be ($before | Sort-Object)
        }

        It 'knows what was found and not asked for: -Top 1 misses no more' {
            $images | Invoke-CamExplanation -Model $detector -Top 1 | Export-CamAudit top.db -TruthPath "$data/canvases/instances.json"
            @(Get-CamAudit top.db | Where-Object Verdict -EQ Missed) |
                Should -HaveCount @($things | Where-Object Verdict -EQ Missed).Count
        }

        It 'says what is wrong with a ground truth' {
            Set-Content bad.json '{"images": 3}'
            { $images | Export-CamAudit x.db -TruthPath bad.json } | Should -Throw -ErrorId 'TruthInvalid,*' -ExpectedMessage '*bad.json*images*'
            { $images | Export-CamAudit x.db -TruthPath gone.json } | Should -Throw -ErrorId 'FileNotFound,*'
            'x.db' | Should -Not -Exist
        }
    }
}
