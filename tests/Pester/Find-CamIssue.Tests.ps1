BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $script:model = Import-CamModel
    $photos = Resolve-Path "$PSScriptRoot/../../examples/photos"
    # The same cat under two labels, and once more among the dogs.
    $script:root = Join-Path $TestDrive photos
    foreach ($folder in 'cat', 'dog', 'ship') { $null = New-Item -ItemType Directory (Join-Path $root $folder) }
    foreach ($name in 'cat/1.jpg', 'dog/1.jpg', 'dog/2 [1].jpg') { Copy-Item "$photos/cat.jpg" "$root/$name" }
    Copy-Item "$photos/rocket.jpg" "$root/ship/1.jpg"
    $script:audit = Join-Path $TestDrive 'audit [1].db'
    Get-ChildItem $root -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder |
        Export-CamAudit $audit -RelativeTo $root
}

Describe 'Find-CamIssue' {
    It 'finds the same image under two labels, and says so in a sentence' {
        $found = Find-CamIssue $audit -Kind Duplicate
        $found | Should -HaveCount 1
        $found.Kind | Should -Be 'Duplicate'
        $found.Class | Should -Be 'cat ↔ dog'
        $found.Summary | Should -Be 'The same image is labelled cat and dog: cat/1.jpg, dog/1.jpg, dog/2 [1].jpg.'
        $found.Files | Should -Be 'cat/1.jpg', 'dog/1.jpg', 'dog/2 [1].jpg'
        $found.Count | Should -Be 3
        $found.Share | Should -Be 1
        $found.Severity, $found.Confidence | Should -Be 0.2, 1
        $found.Evidence.Exact | Should -BeTrue
    }

    It 'has the rows of the images, which go on to be drawn' {
        $files = (Find-CamIssue $audit -Kind Duplicate)[0].Members | Export-CamOverlay (Join-Path $TestDrive out) -RelativeTo $root -PassThru
        $files | Should -HaveCount 3
    }

    It 'takes rows, too' {
        (Get-CamAudit -LiteralPath $audit | Where-Object Expected -eq dog | Find-CamIssue -Kind Duplicate).Summary |
            Should -Be '1 image of dog is there more than once (the same bytes).'
    }

    It 'takes files from Get-ChildItem' {
        Get-ChildItem -LiteralPath $audit | Find-CamIssue -Kind Duplicate | Should -HaveCount 1
    }

    It 'says what could not be done, and does the rest' {
        $bare = Join-Path $TestDrive bare.db
        Get-ChildItem $root -Recurse -File | Invoke-CamExplanation -Model $model | Export-CamAudit $bare -RelativeTo $root
        $found = Find-CamIssue $bare -Kind LabelError, Duplicate -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -HaveCount 1
        "$said" | Should -BeLike 'No image has an expected label*-ExpectedLabel.'
        $found.Kind | Should -Be 'Duplicate'
    }

    It 'knows by boxes where the objects are' {
        $found = Get-CamAudit -LiteralPath $audit | Where-Object Expected -ne ship |
            Find-CamIssue -Kind LooksElsewhere -Box { @{ X = 0; Y = 0; Width = 20; Height = 20 } }
        $found.Evidence.Sort | Should -Be 'off the object'
        $found.Evidence.PointingGame | Should -Be 0
        $found.Count | Should -Be 3
    }

    It 'knows by masks where the objects are, and goes on after a bad one' {
        $masks = Join-Path $TestDrive masks
        Copy-Item $root $masks -Recurse
        [IO.File]::WriteAllText("$masks/ship/1.jpg", 'hello')
        # A photo has no black border: the object is everywhere, so nothing can be off it.
        Find-CamIssue $audit -Kind LooksElsewhere -Mask $masks -ErrorVariable problem -ErrorAction SilentlyContinue |
            Where-Object { $_.Evidence.Sort -eq 'off the object' } | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotAnImage*'
    }

    It 'prints a table with whole words at 120 columns, and a list with everything' {
        $found = Find-CamIssue $audit -Kind Duplicate
        $table = $found | Out-String -Width 120
        $table | Should -Match 'Duplicate +cat ↔ +3 +100.0 % +0.20 +1.00 +The same image is labelled cat and dog:'
        $table | Should -Match 'cat/1\.jpg, dog/1\.jpg, dog/2 \[1\]\.jpg\.'
        $list = $found | Format-List | Out-String -Width 120
        $list | Should -Match 'Exact = True'
        $list | Should -Match 'dog/2 \[1\]\.jpg'
    }

    It 'stays small in JSON, CSV and CLIXML' {
        $found = Find-CamIssue $audit -Kind Duplicate
        $json = $found | ConvertTo-Json -Depth 3
        $json.Length | Should -BeLessThan 1000
        ($json | ConvertFrom-Json).Files | Should -Be $found.Files
        ($json | ConvertFrom-Json).Evidence.Sort | Should -Be 'several labels'
        $row = $found | ConvertTo-Csv | ConvertFrom-Csv
        $row.Files | Should -Be 'cat/1.jpg; dog/1.jpg; dog/2 [1].jpg'
        $row.Evidence | Should -Be 'Sort=several labels; Exact=True'
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($found))
        $back.Summary | Should -Be $found.Summary
        $back.PSObject.Properties.Name | Should -Not -Contain 'Members'
    }

    It 'gives the same findings every time' {
        (Find-CamIssue $audit 3>$null | ConvertTo-Json -Depth 4) | Should -Be (Find-CamIssue $audit 3>$null | ConvertTo-Json -Depth 4)
    }

    It 'stops at once: <Id>' -ForEach @(
        @{ Id = 'FileNotFound'; Script = { Find-CamIssue ./gone.db } }
        @{ Id = 'NotAnAudit'; Script = { Find-CamIssue $PSCommandPath } }
        @{ Id = 'FileNotFound'; Script = { Find-CamIssue $audit -Mask ./gone } }
        @{ Id = 'MaskAndBox'; Script = { Find-CamIssue $audit -Mask $TestDrive -Box { } } }
        @{ Id = 'BoxInvalid'; Script = { Find-CamIssue $audit -Box { 'here' } } }
        @{ Id = 'FileNotFound'; Script = { Find-CamIssue $audit -Model ./gone.pth } }
        @{ Id = 'ParameterArgumentValidationError'; Script = { Find-CamIssue $audit -ConfusedShare 3 } }
        @{ Id = 'CannotConvertArgumentNoMessage'; Script = { Find-CamIssue $audit -Kind Wrong } }
    ) {
        $Script | Should -Throw -ErrorId "$Id*"
    }
}
