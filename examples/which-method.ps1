# Which method for my model? A table of methods, and a plot of what each costs beside how far it is over chance.
#
#   dotnet run --project src/EasyExplain.Host -- examples/which-method.ps1
#   pwsh examples/which-method.ps1 -Path photos -ModelPath mine.pth -Count 200 -Method *
#
# docs/which-method.svg was made by it, of 60 test images of CIFAR-10, with -Method *: see docs/methods.md.

param(
    [string] $Path = "$PSScriptRoot/photos", # a folder of images
    [string] $ModelPath,
    [string[]] $Method = ('GradCAM', 'LayerCAM', 'LRP', 'Occlusion'),
    [int] $Count = 200, # images, drawn by chance, always the same ones
    [string] $Destination = "$PSScriptRoot/out/which-method.svg"
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../EasyExplain.psd1"

$Path, $Destination = $Path, $Destination |
    ForEach-Object { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($_) }
$model = if ($ModelPath) { Import-CamModel $ModelPath } else { Import-CamModel }
$images = Get-ChildItem -LiteralPath $Path -Recurse -File -Include *.jpg, *.jpeg, *.png | Sort-Object FullName
$drawn = [Collections.Generic.List[string]] $images.FullName
$random = [Random]::new(1)
while ($drawn.Count -gt $Count) { $drawn.RemoveAt($random.Next($drawn.Count)) }

$summary = @(Measure-CamExplanation -LiteralPath $drawn -Model $model -Method $Method -Summary -ErrorAction Continue)
$summary

# The plot: seconds an image on a logarithmic axis, and the mean of what each method has over the better control by two imputations.
$methods = @($summary | Where-Object { -not $_.IsControl -and $_.OverChance -and $_.OverChanceBlur })
$points = foreach ($one in $methods) {
    [pscustomobject]@{
        Name = $one.Method
        X = [Math]::Log10([Math]::Max($one.Seconds, 1e-3))
        Y = ($one.OverChance.Mean + $one.OverChanceBlur.Mean) / 2
        Low = ($one.OverChance.Low + $one.OverChanceBlur.Low) / 2
        High = ($one.OverChance.High + $one.OverChanceBlur.High) / 2
        Better = $one.IsBetterThanChance
    }
}
$culture = [cultureinfo]::InvariantCulture
$width, $height, $left, $bottom, $top = 900, 560, 70, 500, 30
$lowX = [Math]::Floor(($points.X | Measure-Object -Minimum).Minimum)
$highX = [Math]::Ceiling(($points.X | Measure-Object -Maximum).Maximum + 0.3)
$lowY = [Math]::Min(0.0, [double] ($points.Low | Measure-Object -Minimum).Minimum)
$highY = [Math]::Max(0.05, [double] ($points.High | Measure-Object -Maximum).Maximum)
function Get-X([double] $x) { [Math]::Round($left + ($x - $lowX) / ($highX - $lowX) * ($width - $left - 20), 1).ToString($culture) }
function Get-Y([double] $y) { [Math]::Round($bottom - ($y - $lowY) / ($highY - $lowY) * ($bottom - $top), 1).ToString($culture) }

$svg = [Text.StringBuilder]::new()
$null = $svg.AppendLine("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 $width $height' font-family='sans-serif' font-size='12'>")
$null = $svg.AppendLine("<rect width='$width' height='$height' fill='white'/>")
foreach ($power in [int] $lowX..[int] $highX) {
    $at, $label = (Get-X $power), ([Math]::Pow(10, $power)).ToString('0.###', $culture)
    $null = $svg.AppendLine("<path d='M$at $top V$bottom' stroke='#e0e0e0'/><text x='$at' y='$($bottom + 18)' text-anchor='middle'>$label s</text>")
}
for ($tick = [Math]::Ceiling($lowY * 10) / 10; $tick -le $highY; $tick += 0.1) {
    $at = Get-Y $tick
    $null = $svg.AppendLine("<path d='M$left $at H$($width - 20)' stroke='#e0e0e0'/>" +
        "<text x='$($left - 8)' y='$at' text-anchor='end'>$($tick.ToString('0.0', $culture))</text>")
}
$null = $svg.AppendLine("<path d='M$left $(Get-Y 0) H$($width - 20)' stroke='#808080' stroke-dasharray='4 3'/>")
# Methods that cost and reach the same share a label.
$groups = $points | Group-Object { [Math]::Round($_.X * 8) }, { [Math]::Round($_.Y * 60) }, Better
foreach ($group in $groups) {
    $point = $group.Group[0]
    $x, $y, $color = (Get-X $point.X), (Get-Y $point.Y), ($point.Better ? '#1565c0' : '#9e9e9e')
    $null = $svg.AppendLine("<path d='M$x $(Get-Y $point.Low) V$(Get-Y $point.High)' stroke='$color' stroke-opacity='0.35'/>" +
        "<circle cx='$x' cy='$y' r='4' fill='$color'/><text x='$x' y='$y' dx='6' dy='-4' fill='$color'>$($group.Group.Name -join ', ')</text>")
}
$null = $svg.AppendLine("<text x='$($left - 50)' y='18'>over chance (insertion − deletion, less that of the better control)</text>" +
    "<text x='$($width - 20)' y='$($bottom + 42)' text-anchor='end'>seconds an image · $($drawn.Count) images, $([Security.SecurityElement]::Escape("$model"))" +
    ' · grey: not better than chance by every imputation</text></svg>')
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Destination))
[IO.File]::WriteAllText($Destination, $svg.ToString())
$model.Dispose()
"$($methods.Count) methods on $($drawn.Count) images: $Destination"
