BeforeAll {
    $script:module = [IO.Path]::GetFullPath("$PSScriptRoot/../../EasyExplain.psd1")
    Import-Module ([WildcardPattern]::Escape($module)) -Force
    $script:cat = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples/photos/cat.jpg")
    $script:explanation = Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $cat

    # A pwsh of its own, and all it writes; its output goes to a pipe, as in a scheduled job.
    function Invoke-Pwsh([string] $Script) {
        $start = "Import-Module ([WildcardPattern]::Escape('$($module.Replace("'", "''"))')); `$e = Import-CamModel | Invoke-CamExplanation -LiteralPath '$($cat.Replace("'", "''"))'; "
        & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -Command ($start + $Script) 2>&1 | Out-String
    }
}

Describe 'Show-CamOverlay' {
    It 'puts nothing into a variable' {
        $nothing = $explanation | Show-CamOverlay -Width 20
        $nothing | Should -BeNullOrEmpty
    }

    It 'gives the explanation on with -PassThru' {
        ($explanation | Show-CamOverlay -Width 20 -PassThru).Label | Should -Be 'cat'
    }

    It 'takes concepts too, and says which styles they have' {
        $concepts = Import-CamModel | Get-CamConcept -LiteralPath $cat
        ($concepts | Show-CamOverlay -Width 20 -PassThru).Layer | Should -Be 'layer3'
        { $concepts | Export-CamOverlay (Join-Path $TestDrive none) -Style Mask } | Should -Throw '*Overlay*'
    }

    It 'draws nothing when the output is redirected, and says so with -Verbose' {
        Invoke-Pwsh '$e | Show-CamOverlay; $e | Show-CamOverlay -Sixel' | Should -BeNullOrEmpty
        Invoke-Pwsh '$e | Show-CamOverlay -Verbose' | Should -Match 'Nothing is drawn: the output is redirected'
    }

    It 'draws within the columns of a real terminal, not into a variable' -Skip:(-not $IsLinux -or -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        $file = Join-Path $TestDrive 'show.ps1'
        Set-Content $file "Import-Module ([WildcardPattern]::Escape('$module')); `$x = Invoke-CamExplanation -LiteralPath '$cat' -Model (Import-CamModel) | Show-CamOverlay -Width 30 -Style Heatmap; ""x is [`$x]"""
        # script gives it a terminal of its own, whose output it writes to a file.
        $log = Join-Path $TestDrive 'terminal.log'
        script -qec "stty cols 50 rows 40; env -u NO_COLOR TERM=xterm '$PSHOME/pwsh' -NoProfile -File '$file'" $log *> $null
        Get-Content $log -Raw | Should -Match 'x is \[\]'
        $lines = @(Get-Content $log | Where-Object { $_ -match '▀' })
        $lines | Should -HaveCount 10 -Because '451 by 300 pixels, 30 columns wide, are 20 rows of half characters'
        $lines | ForEach-Object { [regex]::Matches($_, '▀').Count | Should -Be 30 }
    }

    It 'opens the default viewer with a whole PNG file' -Skip:(-not $IsLinux) {
        # In place of the desktop's own.
        $desktop = New-Item -ItemType Directory (Join-Path $TestDrive desktop)
        $opener = Join-Path $desktop xdg-open
        Set-Content $opener "#!/bin/sh`nprintf %s `"`$1`" > '$desktop/seen.part' && mv '$desktop/seen.part' '$desktop/seen'"
        chmod +x $opener
        $null = Invoke-Pwsh "`$env:PATH = '$desktop' + ':' + `$env:PATH; `$env:DISPLAY = ':7'; `$e | Show-CamOverlay -Style Mask -Viewer; while (-not [IO.File]::Exists('$desktop/seen')) { [Threading.Thread]::Yield() > `$null }"
        $picture = Get-Content (Join-Path $desktop seen)
        Split-Path $picture -Leaf | Should -Be 'cat_LayerCAM_cat_mask.png'
        [IO.File]::ReadAllBytes($picture)[0..3] | Should -Be 0x89, 0x50, 0x4E, 0x47
        Remove-Item (Split-Path $picture) -Recurse
    }

    It 'opens nothing with -Viewer -WhatIf' {
        # A folder of its own: other tests, which run beside this one, write pictures for viewers too.
        $variable = $IsWindows ? 'TMP' : 'TMPDIR'
        $before = [Environment]::GetEnvironmentVariable($variable)
        $temporary = (New-Item -ItemType Directory (Join-Path $TestDrive temporary)).FullName
        [Environment]::SetEnvironmentVariable($variable, $temporary)
        try { $explanation | Show-CamOverlay -Viewer -WhatIf } finally { [Environment]::SetEnvironmentVariable($variable, $before) }
        Get-ChildItem $temporary | Should -BeNullOrEmpty
    }

    It 'says what is missing where there is no desktop' -Skip:(-not $IsLinux) {
        Invoke-Pwsh '$env:DISPLAY = $env:WAYLAND_DISPLAY = ""; try { $e | Show-CamOverlay -Viewer } catch { $_.FullyQualifiedErrorId }' |
            Should -BeLike 'ViewerMissing*'
    }

    It 'does not take -Viewer and -Sixel together' {
        { $explanation | Show-CamOverlay -Viewer -Sixel } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
    }

    It 'completes styles and colormaps with Tab' {
        $line = 'Show-CamOverlay -Style P'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Panel'
        $line = 'Show-CamOverlay -Colormap V'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Viridis'
    }
}
