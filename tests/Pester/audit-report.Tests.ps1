# The example as a user runs it, on four images in folders of their classes.
Describe 'examples/audit-report.ps1' {
    BeforeAll {
        $examples = [IO.Path]::GetFullPath("$PSScriptRoot/../../examples")
        $photos = Join-Path $TestDrive 'photos [1]'
        foreach ($name in 'cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg') {
            $null = New-Item -ItemType Directory -Force "$photos/$($name.Split('/')[0])"
            [IO.File]::Copy("$examples/photos/cat.jpg", "$photos/$name")
        }
        [IO.File]::WriteAllText("$photos/cat/broken.jpg", 'hello')
    }

    It 'goes from a folder to a report, and from there to one file to mail' {
        $page = & "$examples/audit-report.ps1" -Path $photos -Destination "$TestDrive/out" -ErrorAction SilentlyContinue 2> $null
        $page.FullName | Should -Be ([IO.Path]::Combine($TestDrive, 'out', 'index.html'))
        $html = [IO.File]::ReadAllText($page)
        $html | Should -BeLike '*is right about 2 of 3 images*'
        $html | Should -BeLike '*cat/broken.jpg*'
        $mail = & "$examples/audit-report.ps1" -Path $photos -Destination "$TestDrive/out" -SingleFile 2> $null
        $mail.Name | Should -Be 'report.html'
        [IO.File]::ReadAllText($mail) | Should -BeLike '*is right about 2 of 3 images*'
    }
}
