@{
    RootModule           = 'bin/EasyExplain.PowerShell.dll'
    # First of all: decides where the other assemblies are loaded. Beside this file: PowerShell takes no nested module with a path from a
    # folder with [brackets].
    NestedModules        = @('EasyExplain.Loader.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = 'a607fc8a-cf5d-4fef-bb1d-2537659e4e33'
    Author               = 'The EasyExplain developers'
    Copyright            = '(c) The EasyExplain developers. MIT license.'
    Description          = 'Shows where in an image a convolutional network or vision transformer looked when it decided: class activation maps (Grad-CAM, LayerCAM, Score-CAM and others) as objects in the pipeline and as overlays, heat maps, masks and panels. Explains TorchScript and ONNX files, torchvision''s classifiers and TorchSharp modules; reads JPEG, PNG, WebP, GIF, BMP, TIFF, TGA and PNM. Audits folders of images: shortcuts, label errors and more, with proof, in a report for the browser. Runs on the CPU, or on a CUDA build of libtorch; needs no Python.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'

    CmdletsToExport      = @('Import-CamModel', 'Get-CamLayer', 'Invoke-CamExplanation', 'Select-CamShard', 'Measure-CamExplanation', 'Get-CamConcept', 'Export-CamAudit', 'Get-CamAudit', 'Merge-CamAudit', 'Find-CamIssue', 'Export-CamReport', 'Export-CamOverlay', 'Show-CamOverlay')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    TypesToProcess       = @('bin/EasyExplain.Types.ps1xml')
    FormatsToProcess     = @('bin/EasyExplain.Format.ps1xml')

    PrivateData          = @{
        PSData = @{
            # A package keeps that platform of the last three whose natives it has.
            Tags                     = @('CAM', 'GradCAM', 'LayerCAM', 'ScoreCAM', 'ExplainableAI', 'XAI', 'Interpretability', 'ImageClassification',
                'ComputerVision', 'TorchSharp', 'TorchScript', 'ONNX', 'PSEdition_Core', 'Linux', 'Windows', 'MacOS')
            LicenseUri               = 'https://opensource.org/license/mit'
            # Where the project is at home. It has no public address yet; once it has one, it goes here and nowhere else.
            # ProjectUri             = 'https://'
            ReleaseNotes             = 'See CHANGELOG.md.'
            RequireLicenseAcceptance = $false
        }
    }
}
