# The README and the pages in docs/: each block marked powershell, run as it stands, page by page, in a folder with the files it names.
BeforeDiscovery {
    $root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $pages = foreach ($page in @(Get-Item "$root/README.md") + @(Get-ChildItem "$root/docs" -Filter *.md)) {
        $text = Get-Content -LiteralPath $page -Raw
        $blocks = [regex]::Matches($text, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
        if ($blocks) { @{ Page = $page.Name; Code = $blocks -join "`n" } }
    }
}

Describe 'Code in the documents' {
    BeforeAll {
        $root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
        Import-Module ([WildcardPattern]::Escape("$root/EasyExplain.psd1")) -Force
        $folder = Join-Path $TestDrive documents
        & "$PSScriptRoot/../Common/New-ExampleFolder.ps1" $folder
        $null = New-Item -ItemType Directory (Join-Path $folder examples/photos)
        Copy-Item -LiteralPath (Join-Path $folder cat.jpg) (Join-Path $folder examples/photos)
        $torch, $env:TORCH_HOME = $env:TORCH_HOME, $TestDrive
        $hub, $env:HF_HUB_CACHE = $env:HF_HUB_CACHE, (Join-Path $TestDrive hub)
        Push-Location -LiteralPath $folder
    }

    AfterAll {
        Pop-Location
        $env:TORCH_HOME, $env:HF_HUB_CACHE = $torch, $hub
    }

    It 'runs: <Page>' -ForEach $pages {
        # The manifest is not here, and is imported already.
        $script = $Code.Replace('Import-Module ./EasyExplain.psd1', '')
        & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $script")) | Out-Null
    }

    It 'draws the picture of all methods' {
        & "$root/examples/methods.ps1" -Destination "$TestDrive/methods.jpg" | Should -Match '^31 methods: '
        [IO.File]::ReadAllBytes("$TestDrive/methods.jpg")[0..1] | Should -Be 0xFF, 0xD8
    }

    It 'is found on every page that has some' -ForEach @{ Names = $pages.Page } {
        $Names | Should -Be 'README.md', 'auditing.md', 'detection.md', 'findings.md', 'methods.md', 'models.md', 'reports.md'
    }
}
