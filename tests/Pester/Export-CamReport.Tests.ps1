BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    $photos = Resolve-Path "$PSScriptRoot/../../examples/photos"
    # The same cat under two labels, an image that is none, and a name that a page could take for its own words.
    $script:root = Join-Path $TestDrive photos
    foreach ($folder in 'cat', 'dog', 'ship') { $null = New-Item -ItemType Directory (Join-Path $root $folder) }
    foreach ($name in 'cat/1.jpg', 'dog/a [1].jpg', 'dog/&amp;.jpg') { Copy-Item "$photos/cat.jpg" -Destination "$root/$name" }
    Copy-Item "$photos/rocket.jpg" "$root/ship/1.jpg"
    Set-Content "$root/ship/broken.jpg" hello
    $script:audit = Join-Path $TestDrive 'audit [1].db'
    Get-ChildItem $root -Recurse -File |
        Invoke-CamExplanation -Model (Import-CamModel) -ExpectedLabel ParentFolder -ErrorAction SilentlyContinue |
        Export-CamAudit $audit -RelativeTo $root

    # What a reader reads: the page without its markup, spaces as one.
    function Get-Text([string] $Page) {
        $html = [IO.File]::ReadAllText($Page) -replace '(?s)<(script|style)\b.*?</\1>' -replace '<[^>]+>', ' '
        [Net.WebUtility]::HtmlDecode($html) -replace '\s+', ' '
    }
}

Describe 'Export-CamReport' {
    It 'makes a page that says in sentences what was looked at, how good it is and what is wrong' {
        $page = Export-CamReport $audit "$TestDrive/report" -PassThru
        $page.FullName | Should -Be ([IO.Path]::Combine($TestDrive, 'report', 'index.html'))
        $page.Length | Should -BeLessThan 5000000
        $text = Get-Text $page
        $text | Should -Match 'Audit of resnet20-cifar10'
        $text | Should -Match '4 images'
        $text | Should -Match 'The same image is labelled cat and dog'
        $text | Should -Match 'dog/&amp;\.jpg'
        $text | Should -Match 'ship/broken\.jpg'
        $text | Should -Not -Match ([regex]::Escape("$TestDrive"))
    }

    It 'writes one file to mail' {
        $page = Export-CamReport $audit "$TestDrive/mail/report [1].html" -SingleFile -Title 'Photos of November' -PassThru
        Get-ChildItem -LiteralPath "$TestDrive/mail" -Recurse | Should -HaveCount 1
        $page.Length | Should -BeLessThan 10000000
        Get-Text $page | Should -Match 'Photos of November'
    }

    It 'takes rows, and its figures are theirs' {
        Get-CamAudit -LiteralPath $audit | Where-Object Expected -eq ship | Export-CamReport -Destination "$TestDrive/ships"
        $text = Get-Text "$TestDrive/ships/index.html"
        $text | Should -Match '1 image\b'
        $text | Should -Not -Match 'labelled cat and dog'
    }

    It 'makes a page of an audit in which everything failed' {
        Get-CamAudit -LiteralPath $audit | Where-Object ErrorId | Export-CamReport -Destination "$TestDrive/failed"
        Get-Text "$TestDrive/failed/index.html" | Should -Match 'ship/broken\.jpg'
    }

    It 'writes nothing with -WhatIf, and nothing over what is there with -NoClobber' {
        Export-CamReport $audit "$TestDrive/none" -WhatIf
        "$TestDrive/none" | Should -Not -Exist
        Export-CamReport $audit "$TestDrive/once"
        { Export-CamReport $audit "$TestDrive/once" -NoClobber } | Should -Throw -ErrorId 'ReportExists,*'
    }

    It 'shows images that are gone without a picture' {
        $gone = Join-Path $TestDrive gone
        Copy-Item $root $gone -Recurse
        $own = Join-Path $TestDrive gone.db
        Get-ChildItem $gone/cat, $gone/dog -File | Invoke-CamExplanation -Model (Import-CamModel) | Export-CamAudit $own -RelativeTo $gone
        Remove-Item $gone -Recurse
        Export-CamReport $own "$TestDrive/gone-report"
        Get-Text "$TestDrive/gone-report/index.html" | Should -Match '3 images'
    }
}
