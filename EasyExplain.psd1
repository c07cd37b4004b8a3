@{
    RootModule           = 'bin/EasyExplain.PowerShell.dll'
    # First of all: decides where the other assemblies are loaded.
    NestedModules        = @('bin/EasyExplain.Loader.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = 'a607fc8a-cf5d-4fef-bb1d-2537659e4e33'
    Author               = 'The EasyExplain developers'
    Copyright            = '(c) The EasyExplain developers. MIT license.'
    Description          = 'Shows where in an image a convolutional classifier looked when it decided: class activation maps (Grad-CAM, LayerCAM, Score-CAM and others) as objects in the pipeline and as overlays, heat maps, masks and panels. Runs on the CPU; needs no Python.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'

    CmdletsToExport      = @('Import-CamModel', 'Get-CamLayer', 'Invoke-CamExplanation', 'Get-CamConcept', 'Export-CamOverlay', 'Show-CamOverlay')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    TypesToProcess       = @('bin/EasyExplain.Types.ps1xml')
    FormatsToProcess     = @('bin/EasyExplain.Format.ps1xml')

    PrivateData          = @{
        PSData = @{
            Tags                     = @('CAM', 'GradCAM', 'LayerCAM', 'ExplainableAI', 'XAI', 'Interpretability', 'ImageClassification',
                'ComputerVision', 'TorchSharp', 'PSEdition_Core', 'Linux', 'Windows', 'MacOS')
            ReleaseNotes             = 'See CHANGELOG.md.'
            RequireLicenseAcceptance = $false
        }
    }
}
