BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $null = New-Item -ItemType Directory (Join-Path $TestDrive 'photos')
    Push-Location $TestDrive
    foreach ($name in 'cat', 'rocket') {
        Copy-Item "$PSScriptRoot/../../examples/photos/$name.jpg" "photos/$name.jpg"
        Copy-Item "$PSScriptRoot/../../examples/photos/$name.jpg" "photos/a [1] $name.jpg"
    }
    Set-Content photos/notes.jpg 'not an image'
    $script:explain = @{ Model = Import-CamModel; Layer = 'layer2', 'layer3'; ExpectedLabel = 'cat'; ErrorAction = 'Ignore' }
    $script:photos = Get-ChildItem photos | Sort-Object Name -Descending

    # A single run, and two jobs with a part each.
    $photos | Invoke-CamExplanation @explain | Export-CamAudit single.db
    $photos[0, 2, 4] | Invoke-CamExplanation @explain | Export-CamAudit 'audit-1-of-2.db'
    $photos[1, 3] | Invoke-CamExplanation @explain | Export-CamAudit 'audit-2-of-2.db'

    # What a table says, but for the clock.
    function Get-Table([string] $Audit) {
        Get-CamAudit -LiteralPath $Audit | Export-CamAudit table.csv
        Import-Csv table.csv | Select-Object * -ExcludeProperty seconds | ConvertTo-Csv
    }
}

AfterAll { Pop-Location }

Describe 'Merge-CamAudit' {
    It 'makes of shards what a single run writes' {
        $merged = Merge-CamAudit audit-*-of-2.db 'all [1].db' -PassThru -WarningVariable warnings
        $merged.Name | Should -Be 'all [1].db'
        $warnings | Should -BeNullOrEmpty
        Get-Table 'all [1].db' | Should -Be (Get-Table single.db)
        @(Get-CamAudit 'all [1].db').Count | Should -Be 5
        (Get-CamAudit 'all [1].db' -Verbose 4>&1)[0] | Should -Match 'was finished on'
    }

    It 'takes files from the pipeline, in any order, again and again' {
        Get-ChildItem audit-*-of-2.db | Sort-Object Name -Descending | Merge-CamAudit -Destination again.db
        Merge-CamAudit -LiteralPath audit-2-of-2.db, audit-2-of-2.db -Destination again.db
        Get-Table again.db | Should -Be (Get-Table single.db)
    }

    It 'goes on where the merged file is resumed' {
        Merge-CamAudit audit-*-of-2.db resumed.db
        $messages = $photos | Invoke-CamExplanation @explain -SkipExisting resumed.db -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$messages" | Should -Match '4 of the photos were passed over'
    }

    It 'names shards that are missing, and those that were not finished' {
        $photos | Invoke-CamExplanation @explain | Export-CamAudit audit-1-of-3.db -PassThru | Select-Object -First 1
        Merge-CamAudit audit-1-of-3.db some.db -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match "audit-1-of-3.db' was not finished"
        "$warnings" | Should -Match '2 are missing: audit-2-of-3.db, audit-3-of-3.db'
        { Merge-CamAudit audit-*-of-?.db wrong.db } | Should -Throw -ErrorId 'ShardCountsDiffer,*' -ExpectedMessage '*2 shards*3*'
        Test-Path wrong.db | Should -BeFalse
        Remove-Item audit-1-of-3.db
    }

    It 'adds, begins anew with -Force, and leaves what is there with -NoClobber and -WhatIf' {
        Merge-CamAudit audit-2-of-2.db kept.db -WarningAction SilentlyContinue
        { Merge-CamAudit audit-1-of-2.db kept.db -NoClobber } | Should -Throw -ErrorId 'AuditExists,*'
        Merge-CamAudit audit-1-of-2.db kept.db -WhatIf
        @(Get-CamAudit kept.db).Count | Should -Be 2
        Merge-CamAudit audit-1-of-2.db kept.db -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        @(Get-CamAudit kept.db).Count | Should -Be 5
        Merge-CamAudit audit-1-of-2.db kept.db -Force -WarningAction SilentlyContinue
        @(Get-CamAudit kept.db).Count | Should -Be 3
    }

    It 'says what is wrong' {
        { Merge-CamAudit photos/notes.jpg wrong.db } | Should -Throw -ErrorId 'NotAnAudit,*' -ExpectedMessage '*notes.jpg*no audit file*'
        { Merge-CamAudit none-*.db wrong.db } | Should -Throw -ErrorId 'FileNotFound,*' -ExpectedMessage '*none-`*.db*'
        { Merge-CamAudit gone.db wrong.db } | Should -Throw -ErrorId 'FileNotFound,*' -ExpectedMessage '*gone.db*'
        { Merge-CamAudit single.db wrong.csv } | Should -Throw -ErrorId 'AuditPathInvalid,*' -ExpectedMessage '*Export-CamAudit*'
        { Merge-CamAudit single.db photos } | Should -Throw -ErrorId 'AuditPathInvalid,*' -ExpectedMessage '*is a folder*'
        Get-ChildItem wrong* | Should -BeNullOrEmpty
    }
}
