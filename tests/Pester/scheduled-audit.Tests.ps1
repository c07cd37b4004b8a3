# The job as a scheduler starts it: another pwsh, not interactive, its streams in files.
Describe 'examples/scheduled-audit.ps1' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../EasyExplain.psd1"
        $script = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples/scheduled-audit.ps1")
        $images = [IO.Path]::GetFullPath("$PSScriptRoot/../data/images")
        $pwsh = Join-Path $PSHOME pwsh

        function Invoke-Job {
            $said = & $pwsh -NoProfile -NonInteractive -File $script @args 2>&1
            [pscustomobject]@{ ExitCode = $LASTEXITCODE; Said = $said -join "`n" }
        }
    }

    BeforeEach {
        $photos = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid()) [1]").FullName
        $out = "$photos.out"
        Copy-Item "$PSScriptRoot/../../examples/photos/cat.jpg" -Destination "$photos/cat.jpg"
    }

    It 'ends with 0 and says nothing when all is well' {
        $job = Invoke-Job -Path $photos -Destination $out
        $job.ExitCode | Should -Be 0
        $job.Said | Should -BeNullOrEmpty
        $summary = Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json
        $summary.explained | Should -Be 1
        $summary.failed | Should -Be 0
        $summary.started | Should -BeOfType datetime
        @(Get-Content -LiteralPath "$out/audit.log") | Should -Match '^\S+Z\tINFO\t.*cat\.jpg\tcat\t0\.\d{4}$'
    }

    It 'ends with 1 after bad images and does the rest, its log free of control characters' {
        'empty.jpg', 'text.png' | ForEach-Object { Copy-Item "$images/$_" -Destination "$photos/$_" }
        $job = Invoke-Job -Path $photos -Destination $out
        $job.ExitCode | Should -Be 1
        $job.Said | Should -Match 'empty\.jpg'
        $job.Said | Should -Not -Match '\e'
        $summary = Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json
        $summary.failures.errorId | Sort-Object | Should -Be 'ImageEmpty', 'ImageNotAnImage'
        $summary.explained | Should -Be 1
        Get-Content -LiteralPath "$out/audit.log" -Raw | Should -Not -Match '[\x00-\x08\x0b-\x1f]'
        @(Get-Content -LiteralPath "$out/audit.log").Count | Should -Be 3
    }

    It 'makes a report of the whole audit where it is asked to' {
        $job = Invoke-Job -Path $photos -Destination $out -Report -ExpectedLabel cat
        $job.ExitCode, $job.Said | Should -Be 0, ''
        $page = "$out/report/index.html"
        (Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json).report | Should -Be ([IO.Path]::GetFullPath($page))
        $html = [IO.File]::ReadAllText($page)
        $html | Should -BeLike '*is right about*'
        $html | Should -Not -BeLike "*$TestDrive*"
    }

    It 'ends with 2 when the model is missing' {
        (Invoke-Job -Path $photos -Destination $out -ModelPath './nothing.pth').ExitCode | Should -Be 2
        (Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json).error | Should -Match 'nothing\.pth'
    }

    It 'ends with 2 when it is told something it does not know' {
        $job = Invoke-Job -Path $photos -Destination $out -Desk 3
        $job.ExitCode | Should -Be 2
        $job.Said | Should -Match '-Desk'
    }

    It 'goes on with what an earlier run has not done, and keeps a log of each run' {
        $null = Invoke-Job -Path $photos -Destination $out
        Copy-Item "$PSScriptRoot/../../examples/photos/rocket.jpg" -Destination "$photos/rocket.jpe"
        (Invoke-Job -Path $photos -Destination $out).ExitCode | Should -Be 0
        $summary = Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json
        $summary.explained, $summary.passedOver | Should -Be 1, 1
        @(Get-Content -LiteralPath "$out/audit.log") | Sort-Object { $_ -notmatch 'cat' } | Should -Match '^\S+Z\t(DONE|INFO)\t'
        @(Get-Content -LiteralPath "$out/audit.1.log") | Should -HaveCount 1
    }

    It 'does one shard after the other into one folder' {
        'rocket [1].jpg', 'a.jpg', 'b.jpg' | ForEach-Object { Copy-Item "$PSScriptRoot/../../examples/photos/rocket.jpg" -Destination "$photos/$_" }
        1..2 | ForEach-Object { (Invoke-Job -Path $photos -Destination $out -Shard "$_/2" -NoOverlay).ExitCode } | Should -Be 0, 0
        (Get-ChildItem -LiteralPath $out).Name | Should -Be 'audit-001-of-002.db', 'audit-001-of-002.log', 'audit-002-of-002.db', 'audit-002-of-002.log',
            'summary-001-of-002.json', 'summary-002-of-002.json'
        (Get-CamAudit ([WildcardPattern]::Escape($out) + '/audit-*.db')).File | Sort-Object |
            Should -Be ((Get-ChildItem -LiteralPath $photos).Name | Sort-Object)
    }

    It 'ends with 2 when there is no image' {
        Remove-Item -LiteralPath "$photos/cat.jpg"
        (Invoke-Job -Path $photos -Destination $out).ExitCode | Should -Be 2
        (Get-Content -LiteralPath "$out/summary.json" -Raw | ConvertFrom-Json).error | Should -Match 'no image'
    }

    It 'ends with 75 while another run holds the lock' {
        $null = New-Item -ItemType Directory $out
        $lock = [IO.File]::Open("$out/.audit.lock", 'OpenOrCreate', 'ReadWrite', 'None')
        try { $job = Invoke-Job -Path $photos -Destination $out } finally { $lock.Dispose() }
        $job.ExitCode | Should -Be 75
        $job.Said | Should -Match 'Another audit is at work'
        Test-Path -LiteralPath "$out/audit.log" | Should -BeFalse
    }
}
