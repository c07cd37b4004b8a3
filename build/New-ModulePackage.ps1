<#
.SYNOPSIS
    Packs a module's folder as the .nupkg that Publish-PSResource, Install-PSResource and NuGet feeds take; needs no network.
.DESCRIPTION
    A .nupkg is a zip in the Open Packaging Conventions: the files, a .nuspec, and two small parts that say what is what. What the nuspec
    says comes from the manifest, in the Gallery's own tags.
.OUTPUTS
    The file's path.
#>
param(
    # The module's folder, named as the module.
    [Parameter(Mandatory)]
    [string] $Module,

    # Where the file goes, as <module>.<version>.nupkg.
    [Parameter(Mandatory)]
    [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function ConvertTo-Xml { param([string] $Text) [Security.SecurityElement]::Escape($Text) }

$id = [IO.Path]::GetFileName($Module)
$manifest = [Management.Automation.Language.Parser]::ParseFile([IO.Path]::Combine($Module, "$id.psd1"), [ref] $null, [ref] $null).
    Find({ $args[0] -is [Management.Automation.Language.HashtableAst] }, $false).SafeGetValue()
$data = $manifest.PrivateData.PSData
# The Gallery finds modules by these words.
$tags = @($data.Tags) + 'PSModule' + 'PSIncludes_Cmdlet' +
    @($manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }) | ForEach-Object { $_ }

$nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>$id</id>
    <version>$($manifest.ModuleVersion)</version>
    <authors>$(ConvertTo-Xml $manifest.Author)</authors>
    <owners>$(ConvertTo-Xml $manifest.Author)</owners>
    <requireLicenseAcceptance>$("$($data.RequireLicenseAcceptance)".ToLowerInvariant())</requireLicenseAcceptance>
    <description>$(ConvertTo-Xml $manifest.Description)</description>
    <releaseNotes>$(ConvertTo-Xml $data.ReleaseNotes)</releaseNotes>
    <copyright>$(ConvertTo-Xml $manifest.Copyright)</copyright>
    <tags>$(ConvertTo-Xml ($tags -join ' '))</tags>
  </metadata>
</package>
"@

$files = @([IO.Directory]::GetFiles($Module, '*', 'AllDirectories') | ForEach-Object {
        [pscustomobject]@{ Path = $_; Part = [IO.Path]::GetRelativePath($Module, $_).Replace('\', '/') }
    })
$extensions = @($files.Part | ForEach-Object { [IO.Path]::GetExtension($_).TrimStart('.').ToLowerInvariant() } | Where-Object { $_ }) + 'nuspec'
$defaults = [Collections.Generic.SortedSet[string]]::new([string[]] $extensions) | ForEach-Object { "<Default Extension=""$_"" ContentType=""application/octet-stream"" />" }
$overrides = $files.Part | Where-Object { -not [IO.Path]::HasExtension($_) } | ForEach-Object { "<Override PartName=""/$(ConvertTo-Xml $_)"" ContentType=""application/octet-stream"" />" }
$types = '<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />' + "$defaults$overrides</Types>"
$relations = '<?xml version="1.0" encoding="utf-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
    "<Relationship Type=""http://schemas.microsoft.com/packaging/2010/07/manifest"" Target=""/$id.nuspec"" Id=""R1"" /></Relationships>"

$package = [IO.Path]::Combine($Destination, "$id.$($manifest.ModuleVersion).nupkg")
$stream = [IO.File]::Create($package)
$zip = [IO.Compression.ZipArchive]::new($stream, 'Create')
try {
    foreach ($part in ('_rels/.rels', $relations), ('[Content_Types].xml', $types), ("$id.nuspec", $nuspec)) {
        $writer = [IO.StreamWriter]::new($zip.CreateEntry($part[0]).Open())
        $writer.Write($part[1])
        $writer.Dispose()
    }
    foreach ($file in $files) {
        $source = [IO.File]::OpenRead($file.Path)
        $target = $zip.CreateEntry($file.Part).Open()
        $source.CopyTo($target)
        $target.Dispose()
        $source.Dispose()
    }
}
finally {
    $zip.Dispose()
    $stream.Dispose()
}
$package
