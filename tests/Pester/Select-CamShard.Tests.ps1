BeforeAll {
    Import-Module "$PSScriptRoot/../../EasyExplain.psd1" -Force
    Push-Location $TestDrive
    $null = New-Item -ItemType Directory photos/n01, photos/n02
    foreach ($name in 'cat', 'a [1]') { Copy-Item -LiteralPath "$PSScriptRoot/../../examples/photos/cat.jpg" "photos/n01/$name.jpg" }
    0..30 | ForEach-Object { Set-Content -LiteralPath "photos/n02/$_.jpg" $_ }
}

AfterAll { Pop-Location }

Describe 'Select-CamShard' {
    It 'gives each file to one shard' {
        $files = Get-ChildItem photos -Recurse -File
        $shards = 1..4 | ForEach-Object { $files | Select-CamShard "$_/4" -RelativeTo photos }
        $shards | Should -BeOfType IO.FileInfo
        $shards.FullName | Sort-Object | Should -Be ($files.FullName | Sort-Object)
    }

    It 'takes a list in place of the files' {
        Get-ChildItem photos -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath("$PWD/photos", $_.FullName) } | Set-Content list.txt
        $listed = Select-CamShard 2/3 -PathList list.txt -RelativeTo photos
        $listed.FullName | Should -Be (Get-ChildItem photos -Recurse -File | Select-CamShard 2/3 -RelativeTo photos).FullName
    }

    It 'hands files with [brackets] on to be explained' {
        $found = Get-ChildItem photos/n01 | Select-CamShard 1/1 | Invoke-CamExplanation -Model (Import-CamModel)
        $found.Label | Should -Be cat, cat
    }

    It 'takes the shard from the scheduler' {
        $env:JOB_COMPLETION_INDEX, $env:JOB_COMPLETIONS = 2, 3
        try {
            (Get-ChildItem photos/n02 | Select-CamShard Auto).Name | Should -Be (Get-ChildItem photos/n02 | Select-CamShard 3/3).Name
            $env:JOB_COMPLETIONS = ''
            { Get-ChildItem photos/n02 | Select-CamShard Auto } | Should -Throw -ErrorId 'ShardInvalid,*' -ExpectedMessage '*JOB_COMPLETIONS is not set*'
        }
        finally { Remove-Item env:JOB_COMPLETION_INDEX, env:JOB_COMPLETIONS -ErrorAction Ignore }
    }

    It 'says what is no shard' {
        { 'a.jpg' | Select-CamShard 5/4 } | Should -Throw -ErrorId 'ShardInvalid,*' -ExpectedMessage "*'5/4'*1 to 4*"
    }
}
