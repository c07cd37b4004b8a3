# Whether two audits say the same: their rows as CSV, in every column but the time each took.
param(
    [Parameter(Mandatory)] [string] $Single,
    [Parameter(Mandatory)] [string] $Merged
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../EasyExplain.psd1"

$tables = foreach ($audit in $Single, $Merged) {
    $csv = [IO.Path]::ChangeExtension($audit, '.csv')
    Get-CamAudit $audit | Export-CamAudit $csv
    $rows = @(Import-Csv -LiteralPath $csv)
    foreach ($row in $rows) { $row.PSObject.Properties.Remove('seconds') }
    , @($rows | ConvertTo-Csv)
}
if ($tables[0].Count -lt 2 -or $tables[0].Count -ne $tables[1].Count) {
    [Console]::Error.WriteLine("The single run has $($tables[0].Count - 1) rows, the merged audit $($tables[1].Count - 1).")
    exit 1
}
for ($line = 0; $line -lt $tables[0].Count; $line++) {
    if ($tables[0][$line] -cne $tables[1][$line]) {
        [Console]::Error.WriteLine("Row $line differs:`n  single $($tables[0][$line])`n  merged $($tables[1][$line])")
        exit 1
    }
}
"$($tables[0].Count - 1) rows, $(([regex]::Matches($tables[0][0], '","').Count + 1)) columns, all the same."
