BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    $script:photos = Resolve-Path "$PSScriptRoot/../../examples/photos"
    $script:cat = Join-Path $photos 'cat.jpg'
    $script:astronaut = Join-Path $photos 'astronaut.jpg'
}

Describe 'Measure-CamExplanation' {
    It 'gives a row for each explanation, and one for each control' {
        $rows = Measure-CamExplanation $astronaut $model -Method GradCAM, LayerCAM
        $rows.Method | Should -Be 'GradCAM', 'RandomCAM', 'CenterGaussian', 'LayerCAM'
        $rows.IsControl | Should -Be $false, $true, $true, $false
        $rows.Path | Select-Object -Unique | Should -Be $astronaut
        $layer, $centre = $rows[3, 2]
        $layer.Layers | Should -Be 'layer3'
        $layer.Insertion - $layer.Deletion | Should -BeGreaterThan ($centre.Insertion - $centre.Deletion)
        $layer.ROAD | Should -BeGreaterThan $centre.ROAD
        $layer.Stability | Should -BeNullOrEmpty -Because 'it is costly, and nobody asked'
    }

    It 'measures explanations as they are' {
        $rows = Invoke-CamExplanation $cat, $astronaut $model -Layer layer2 -Class dog, cat | Measure-CamExplanation -Metric Deletion
        $own = $rows | Where-Object IsControl -EQ $false
        $own.Path | Split-Path -Leaf | Should -Be 'cat.jpg', 'cat.jpg', 'astronaut.jpg', 'astronaut.jpg'
        $own.Label | Should -Be 'dog', 'cat', 'dog', 'cat'
        $own.Layers | Select-Object -Unique | Should -Be 'layer2'
        $own[0].Deletion | Should -Not -Be $own[1].Deletion
        $own[0].Insertion | Should -BeNullOrEmpty
        $rows | Where-Object IsControl | Should -HaveCount 8 -Because 'each class of each photo has two controls'
    }

    It 'explains the photos of explanations anew, where methods are named' {
        $rows = Invoke-CamExplanation $cat $model | Measure-CamExplanation -Method EigenCAM -Metric Sparseness
        $rows.Method | Should -Be 'EigenCAM', 'RandomCAM', 'CenterGaussian'
    }

    It 'gives the same figures for the same seed, whatever the batch size' {
        $asked = @{ Path = $cat; Model = $model; Metric = 'MuFidelity', 'ROAD' }
        $first = (Measure-CamExplanation @asked)[0]
        $second = (Measure-CamExplanation @asked -BatchSize 3)[0]
        [Math]::Abs($second.ROAD - $first.ROAD) | Should -BeLessThan 1e-5
        [Math]::Abs($second.MuFidelity - $first.MuFidelity) | Should -BeLessThan 0.01 # a rank may change
        (Measure-CamExplanation @asked -Seed 5)[0].MuFidelity | Should -Not -Be $first.MuFidelity
    }

    It 'sums methods up, the best first, with a verdict on each' {
        $found = 1..10 | ForEach-Object { Copy-Item $astronaut "$TestDrive/$_.jpg" -PassThru } |
            Measure-CamExplanation -Model $model -Method LayerCAM -Metric Deletion*, Insertion* -StepCount 4 -Summary
        $found.Method | Should -Contain 'LayerCAM'
        $found | Should -HaveCount 3
        $found[0].Method | Should -Be 'LayerCAM'
        $found[0].Images | Should -Be 10
        $found[0].IsBetterThanChance | Should -BeTrue -Because 'it is better on all ten, which are one photo'
        $found[0].Verdict | Should -Be 'Better than chance.'
        $found[0].OverChance.Low | Should -BeGreaterThan 0
        @($found | Where-Object IsBetterThanChance -NE $null) | Should -HaveCount 1 -Because 'controls are not judged'
        $text = $found | Out-String -Width 120
        $text | Should -Match 'LayerCAM\s+10 +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] +0\.\d{3} \[.+Better than chance\.'
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    Context 'a model in whole numbers of 8 bits' {
        BeforeAll {
            $cache = $env:XDG_CACHE_HOME
            $env:XDG_CACHE_HOME = "$TestDrive/cache"
            $folder = "$PSScriptRoot/../data/detection/canvases/images"
            $some = (Get-ChildItem $folder -Filter *.jpg).FullName
            $bytes = Import-CamModel -Precision Int8 -CalibrationPath $folder
            # Pearson's r of two maps, from what two imports explain.
            function Get-Correlation($One, $Other) {
                $x, $y = $One.Map.ToArray(), $Other.Map.ToArray()
                $meanX, $meanY = ($x | Measure-Object -Average).Average, ($y | Measure-Object -Average).Average
                $xy = $xx = $yy = 0.0
                for ($row = 0; $row -lt $x.GetLength(0); $row++) {
                    for ($column = 0; $column -lt $x.GetLength(1); $column++) {
                        $p, $q = ($x[$row, $column] - $meanX), ($y[$row, $column] - $meanY)
                        $xy += $p * $q; $xx += $p * $p; $yy += $q * $q
                    }
                }
                $xy / [Math]::Sqrt($xx * $yy)
            }
        }

        AfterAll {
            $env:XDG_CACHE_HOME = $cache
        }

        It 'is measured in both precisions, and how alike they are is said' {
            $rows = Measure-CamExplanation $some[0..2] $bytes -Metric Deletion, Precision*
            $rows[0..5].Precision | Should -Be Int8, Float32, Int8, Int8, Float32, Float32
            $rows[0..5].IsControl | Should -Be $false, $false, $true, $true, $true, $true
            $alone = Measure-CamExplanation $some[0..2] $model -Metric Deletion, Precision*
            ($rows | Where-Object Precision -EQ Float32).Deletion | Should -Be $alone.Deletion
            @($alone.PrecisionCorrelation -ne $null) | Should -HaveCount 0
            $own = $rows | Where-Object { $_.Precision -eq 'Int8' -and -not $_.IsControl }
            foreach ($row in $own) {
                $int8 = Invoke-CamExplanation $row.Path $bytes
                $full = Invoke-CamExplanation $row.Path $model -Class $int8.Class
                $row.PrecisionCorrelation | Should -BeLessThan 1
                [Math]::Abs($row.PrecisionCorrelation - (Get-Correlation $int8 $full)) | Should -BeLessThan 1e-6
                $row.PrecisionAgreement | Should -Be ([int] ((Invoke-CamExplanation $row.Path $model).Class -eq $int8.Class))
            }
            $text = $rows | Out-String -Width 120
            $text | Should -Match 'LayerCAM +Int8 +0\.9\d{3} +100 ?% +\d+\.\d{3} +0\.\d{3}'
            $text | Should -Match 'LayerCAM +Float32 +\d+\.\d{3} +0\.\d{3}'
            $alone | Out-String -Width 120 | Should -Not -Match 'Precision|Float32'
        }

        It 'is summed up for each precision, with a word on what it gains' {
            $found = Invoke-CamExplanation $some[0..2] $bytes | Measure-CamExplanation -Metric Precision* -Summary
            $found | Where-Object Method -EQ LayerCAM | ForEach-Object Precision | Should -Be Int8, Float32
            $found[0].Verdict | Should -BeLike "Not judged*Int8: r = 0.9* with Float32's maps, the same class in 100 %, * of its time."
            $found[0].PrecisionCorrelation.Mean | Should -BeGreaterThan 0.9
            $text = $found | Out-String -Width 120
            $text | Should -Match 'LayerCAM +Int8 +3 +0\.9\d{3} +100 ?%'
            ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        }

        It 'holds images back until it knows its scales' {
            $rows = Measure-CamExplanation $some[0..15] (Import-CamModel -Precision Int8) -Metric Precision* -WarningVariable warned
            $warned | Should -BeNullOrEmpty
            @($rows | Where-Object { $_.Precision -eq 'Int8' -and -not $_.IsControl }).Path | Should -Be $some[0..15]
        }

        It 'is in Float32, with a warning, where there are too few images' {
            $rows = Measure-CamExplanation $some[0] (Import-CamModel -Precision Int8) -Metric Deletion -WarningVariable warned 3> $null
            $rows.Precision | Select-Object -Unique | Should -Be Float32
            "$warned" | Should -BeLike '*computes in float32 here: Int8 needs 16 images*there are 1*-CalibrationPath*'
            $null = Invoke-CamExplanation $some[0] (Import-CamModel -Precision Int8) | Measure-CamExplanation -Metric Deletion -WarningVariable warned 3> $null
            "$warned" | Should -BeLike '*computed in float32, so that there is no Int8 to measure*-CalibrationPath*'
        }

        It 'has figures in Int8 alone where explanations go on' {
            $explanation = Invoke-CamExplanation $some[0] $bytes | Measure-CamExplanation -Metric Precision*, Deletion -PassThru
            $explanation.Measure.Precision | Should -Be Int8
            $explanation.Measure.PrecisionCorrelation | Should -BeGreaterThan 0.9
            $explanation | Export-CamAudit "$TestDrive/precision.db"
            (Get-CamAudit "$TestDrive/precision.db").Measure.Deletion | Should -Be $explanation.Measure.Deletion
        }
    }

    It 'does not judge by few images' {
        $found = Measure-CamExplanation $cat $model -Metric Deletion -StepCount 4 -Summary
        ($found | Where-Object Method -EQ LayerCAM).Verdict | Should -BeLike 'Not judged: 1 image is too few*'
    }

    It 'gives explanations on, with their figures' {
        $explanation = Invoke-CamExplanation $cat $model | Measure-CamExplanation -Metric Deletion, Sparseness -PassThru
        $explanation.Map.Layer | Should -Be 'layer3'
        $explanation.Measure.Deletion | Should -BeGreaterThan 0
        $explanation.Measure.Controls.Method | Should -Be 'RandomCAM', 'CenterGaussian'
        $explanation | Export-CamOverlay "$TestDrive/out" -PassThru | Should -HaveCount 1
    }

    It 'knows where the object is by <from>' -ForEach @(
        @{ from = 'a table'; given = { @{ Box = @{ 'cat.jpg' = @{ X = 0; Y = 0; Width = 451; Height = 300 } } } } }
        @{ from = 'a script block'; given = { @{ Box = { if ($_.Name -eq 'cat.jpg') { [pscustomobject]@{ X = 0; Y = 0; Width = 451; Height = 300 } } } } } }
        @{ from = 'a CSV file'; given = {
                [pscustomobject]@{ File = 'cat.jpg'; X = 0; Y = 0; Width = 451; Height = 300 } | Export-Csv "$TestDrive/boxes.csv"
                @{ Box = "$TestDrive/boxes.csv" }
            }
        }
        @{ from = 'a mask'; given = {
                Invoke-CamExplanation $cat $model | Export-CamOverlay "$TestDrive/masks" -FileName '{name}' -Style Overlay
                @{ Mask = "$TestDrive/masks" }
            }
        }
    ) {
        $given = & $given
        $rows = Measure-CamExplanation $cat, $astronaut $model -Metric Energy, PointingGame @given
        ($rows | Where-Object Path -EQ $cat).Energy | ForEach-Object { $_ | Should -BeGreaterThan 0.999 } # the whole photo
        ($rows | Where-Object Path -EQ $cat).PointingGame | Should -Be 1, 1, 1
        @($rows | Where-Object Energy -NE $null).Path | Select-Object -Unique | Should -Be $cat
    }

    It 'goes on after a bad photo, with one error that names it' {
        Set-Content (Join-Path $TestDrive 'text.jpg') 'hello'
        $found = (Join-Path $TestDrive 'text.jpg'), $cat | Measure-CamExplanation -Model $model -Metric Sparseness -ErrorVariable problem -ErrorAction SilentlyContinue
        $found | Should -HaveCount 3
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotAnImage*'
    }

    It 'stops at once for <what>' -ForEach @(
        @{ what = 'a figure that is not there'; id = 'MetricNotFound'; says = '*Deletion*'; call = { Measure-CamExplanation $cat $model -Metric Delesion } }
        @{ what = 'a method that is not there'; id = 'MethodNotFound'; says = '*LayerCAM*'; call = { Measure-CamExplanation $cat $model -Method LayerCAN } }
        @{ what = 'an object that nobody knows'; id = 'ObjectMissing'; says = '*-Box*'; call = { Measure-CamExplanation $cat $model -Metric Energy } }
        @{ what = 'a box without a width'; id = 'BoxInvalid'; says = '*Width*'; call = { Measure-CamExplanation $cat $model -Box @{ 'cat.jpg' = @{ X = 1; Y = 2 } } } }
        @{ what = 'a box that is none'; id = 'BoxInvalid'; says = '*42*'; call = { Measure-CamExplanation $cat $model -Box 42 } }
        @{ what = 'a CSV file that is not there'; id = 'FileNotFound'; says = '*gone.csv*'; call = { Measure-CamExplanation $cat $model -Box gone.csv } }
        @{ what = 'two answers in one'; id = 'SummaryAndPassThru'; says = '*exclude*'; call = { Measure-CamExplanation $cat $model -Summary -PassThru } }
    ) {
        $call | Should -Throw -ErrorId "$id*" -ExpectedMessage $says
    }

    It 'says with -Verbose what is measured, and how many passes it takes' {
        $said = Measure-CamExplanation $cat $model -Metric Deletion, MuFidelity -StepCount 5 -RegionCount 10 -Verbose 4>&1 |
            Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$said" | Should -BeLike '*Measuring Deletion, MuFidelity.*LayerCAM at layer3*4 passes for each map*13 for each image*'
    }

    It 'completes figures' {
        $line = 'Measure-CamExplanation -Metric Ins'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Insertion', 'InsertionBlur'
    }
}
