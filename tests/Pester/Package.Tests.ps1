# What build/New-ModulePackage.ps1 makes of this build, and what a user gets of it: installed from a feed, in a process that knows
# nothing else.
BeforeAll {
    $script:root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $script:temporary = Join-Path ([IO.Path]::GetTempPath()) "package [1] $([guid]::NewGuid())"
    $script:module = "$temporary/EasyExplain"

    function New-Package { & "$root/build/New-ModulePackage.ps1" $module }

    # With a profile of its own, so that its list of feeds is its own, too.
    function Invoke-Fresh([string] $Script) {
        $file = Join-Path $TestDrive script.ps1
        Set-Content $file "`$ErrorActionPreference = 'Stop'`n$Script"
        $own = @{ HOME = $env:HOME; XDG_DATA_HOME = $env:XDG_DATA_HOME; PSModulePath = $env:PSModulePath }
        try {
            $env:HOME = $env:XDG_DATA_HOME = "$TestDrive"
            $env:PSModulePath = "$TestDrive/modules"
            & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -File $file 2>&1
        }
        finally {
            foreach ($name in $own.Keys) { [Environment]::SetEnvironmentVariable($name, $own[$name]) }
        }
    }

    $null = New-Item -ItemType Directory $module, "$TestDrive/modules"
    foreach ($name in 'bin', 'en-US', 'EasyExplain.Loader.dll') { Copy-Item -LiteralPath "$root/$name" $module -Recurse }
    $script:package = New-Package
    Remove-Item -LiteralPath "$module/bin/runtimes" -Recurse # half a gigabyte, and where temporary files lie room may be scarce
}

AfterAll {
    Remove-Item -LiteralPath $temporary -Recurse -Force -ErrorAction Ignore
}

Describe 'The package' {
    It 'says of itself what is true' {
        $zip = [IO.Compression.ZipFile]::OpenRead($package.FullName)
        try {
            $reader = [IO.StreamReader]::new($zip.GetEntry('EasyExplain.nuspec').Open())
            $nuspec = ([xml] $reader.ReadToEnd()).package.metadata
        }
        finally { $zip.Dispose() }
        $nuspec.id | Should -Be 'EasyExplain'
        $nuspec.version | Should -Be '0.1.0'
        $nuspec.licenseUrl | Should -Match '^https://'
        $tags = $nuspec.tags.Split(' ')
        $tags | Should -Contain 'PSModule'
        $tags | Should -Contain 'PSEdition_Core'
        $tags | Should -Contain 'PSCmdlet_Invoke-CamExplanation'
        $here = if ($IsWindows) { 'Windows' } elseif ($IsMacOS) { 'MacOS' } else { 'Linux' }
        $tags | Where-Object { $_ -in 'Linux', 'Windows', 'MacOS' } | Should -Be $here
    }

    It 'names everybody whose work it has' {
        $notices = Get-Content -Raw -LiteralPath "$module/THIRD-PARTY-NOTICES.md"
        $parts = (Import-PowerShellDataFile -LiteralPath "$root/build/Licenses.psd1").Keys
        $parts | Where-Object { -not $notices.Contains("`n| $_ |") } | Should -Be 'EasyExplain'
        $notices | Should -BeLike '*changed*libLibTorchSharp.so*'
    }

    It 'has the licences of what lies in it' {
        $there = Get-ChildItem -LiteralPath "$module/licenses" -Recurse -File | ForEach-Object { "$($_.Directory.Name)/$($_.Name)" }
        foreach ($text in 'TorchSharp/LICENSE.txt', 'libtorch/LICENSE-LIBTORCH.txt', 'ONNX Runtime/ThirdPartyNotices.txt',
            'SkiaSharp/THIRD-PARTY-NOTICES.txt', 'ImageSharp/Apache-2.0.txt', 'Google.Protobuf/Google.Protobuf.txt',
            'Microsoft.Data.Sqlite/Microsoft.Data.Sqlite.txt', 'SQLitePCLRaw/Apache-2.0.txt', 'SQLite/SQLite.txt',
            'System.IO.Hashing/LICENSE.TXT', 'System.IO.Hashing/THIRD-PARTY-NOTICES.TXT',
            'Parquet.Net/Parquet.Net.txt', 'Community Toolkit/License.md', 'Snappier/Snappier.txt', 'ZstdSharp/ZstdSharp.txt',
            'MathNet.Numerics/MathNet.Numerics.txt', 'SharpZipLib/SharpZipLib.txt', 'System.Numerics.Tensors/LICENSE.TXT',
            'Handlebars.Net/Handlebars.Net.txt', 'Preact/LICENSE', 'htm/LICENSE',
            'DejaVu Sans/DejaVuSans.LICENSE.txt', 'matplotlib/matplotlib.txt', 'turbo/Apache-2.0.txt', 'torchvision/torchvision.txt') {
            $there | Should -Contain $text
        }
    }

    It 'installs from a feed, explains a photo, and takes libtorch from where it was installed' {
        Invoke-Fresh @"
            Import-Module '$PSHOME/Modules/Microsoft.PowerShell.PSResourceGet'
            `$feed = [guid]::NewGuid().ToString()
            Register-PSResourceRepository `$feed -Uri '$temporary' -Trusted
            try { Save-PSResource EasyExplain -Repository `$feed -Path '$TestDrive/modules' }
            finally { Unregister-PSResourceRepository `$feed }
"@ | Should -BeNullOrEmpty
        $installed = [IO.Path]::GetFullPath("$TestDrive/modules/EasyExplain/0.1.0")
        $said = Invoke-Fresh @"
            Import-Module EasyExplain
            `$explanation = Invoke-CamExplanation '$root/examples/photos/cat.jpg' -Model (Import-CamModel)
            `$explanation.Label
            (`$explanation | Export-CamOverlay '$TestDrive/out' -PassThru).FullName
            (Get-Process -Id `$PID).Modules.FileName -match 'torch'
"@
        $said[0] | Should -Be 'cat'
        [IO.File]::ReadAllBytes($said[1])[1..3] | Should -Be ([byte[]] [char[]] 'PNG')
        $said[2..99] | Should -Not -BeNullOrEmpty
        $said[2..99] | Should -BeLike "$installed*"
    }

    It 'is not made with a file whose licence nobody has named' {
        Set-Content -LiteralPath "$module/bin/Stranger.dll" 'a dependency of tomorrow'
        { New-Package } | Should -Throw "*'Stranger.dll'*Licenses.psd1*"
    }
}
