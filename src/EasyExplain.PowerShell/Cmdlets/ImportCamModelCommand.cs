using System.Management.Automation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Loads an image classifier from a weight file, or the bundled one.</summary>
/// <remarks>
/// <para>Reads a state dict from a .safetensors file or from a .pth file that PyTorch wrote (the zip format and the older one). The
/// file's content decides, not its extension. No code in a file is ever run: a file that holds a whole pickled model is refused, with a
/// hint how to save its state dict.</para>
/// <para>The architecture is recognised from the names and shapes of the tensors; the number of classes is the last layer's. Where the
/// tensors fit several architectures, say which with -Architecture.</para>
/// <para>A training script's checkpoint is taken as it is: the weights may lie under a key (state_dict, model), their names may begin with
/// module., model. or _orig_mod., and an optimiser's state, a counter or a loss's weights beside them are left out. The last layer may
/// have been replaced by a sequence with one layer in it. -Verbose says what was done.</para>
/// <para>Without -Path, the model that ships with the module is loaded: ResNet-20, trained on CIFAR-10, which knows airplane, automobile,
/// bird, cat, deer, dog, frog, horse, ship and truck.</para>
/// <para>A model holds its weights in native memory. Call its Dispose() method when you load many in one session.</para>
/// </remarks>
/// <example>
/// <title>The bundled model</title>
/// <code>$model = Import-CamModel</code>
/// <para>Loads the ResNet-20 that ships with the module.</para>
/// </example>
/// <example>
/// <title>Your own ResNet, with labels</title>
/// <code>$model = Import-CamModel -Path ./mine.pth -LabelPath ./labels.txt -Verbose</code>
/// <para>Recognises the architecture and says how; labels.txt has one label a line, in the order of the classes.</para>
/// </example>
/// <example>
/// <title>The averaged weights of a checkpoint</title>
/// <code>Import-CamModel ./checkpoint.pth -StateDictKey model_ema -Verbose</code>
/// <para>Takes the weights under model_ema instead of those under model.</para>
/// </example>
/// <example>
/// <title>Another input size and preprocessing</title>
/// <code>Import-CamModel ./xray.safetensors -InputSize 320,320 -Mean 0.5,0.5,0.5 -Std 0.25,0.25,0.25 -ResizeMode CenterCrop</code>
/// <para>Give what the network was trained with where it differs from torchvision's 224 by 224 pixels and ImageNet statistics.</para>
/// </example>
/// <seealso cref="GetCamLayerCommand"/>
/// <seealso cref="InvokeCamExplanationCommand"/>
[Cmdlet(VerbsData.Import, "CamModel")]
[OutputType(typeof(CamModel))]
public sealed class ImportCamModelCommand : PSCmdlet
{
    /// <summary>The weight file: .safetensors or .pth. Without it, the bundled model is loaded.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath", "PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string? Path { get; set; }

    /// <summary>torchvision's name of the architecture, such as resnet50 or vgg16_bn. Tab completes it. Without it, the tensors' names and shapes tell.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ArchitectureCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Architecture { get; set; }

    /// <summary>Where in a checkpoint the weights are: a key such as model_ema, or what the tensors' names begin with. Without it, the usual place is found, and averaged weights are taken only if there are no others.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StateDictKey { get; set; }

    /// <summary>A text file with one label a line, in the order of the classes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LabelPath { get; set; }

    /// <summary>Height and width of the network's input in pixels; one number for a square.</summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [ValidateRange(1, 8192)]
    public int[]? InputSize { get; set; }

    /// <summary>What is subtracted from red, green and blue after scaling to 0 to 1.</summary>
    [Parameter]
    [ValidateCount(3, 3)]
    public double[]? Mean { get; set; }

    /// <summary>What red, green and blue are divided by after that.</summary>
    [Parameter]
    [ValidateCount(3, 3)]
    [ValidateRange(1e-6, 1e6)]
    public double[]? Std { get; set; }

    /// <summary>How a photo of another shape becomes the input: Stretch shows the network all of it, CenterCrop keeps its proportions and cuts its edges.</summary>
    [Parameter]
    public ResizeMode? ResizeMode { get; set; }

    /// <summary>Where the network computes: cpu, cuda or cuda:1.</summary>
    /// <value>cpu</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Device { get; set; } = "cpu";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string path = Path is null ? ModelImporter.BundledPath : this.OrFatal(Path, SingleFile);
        var options = new ModelOptions
        {
            Architecture = Architecture,
            StateDictKey = StateDictKey,
            Labels = LabelPath is null ? null : this.OrFatal(LabelPath, ReadLabels),
            InputSize = InputSize,
            Mean = Mean,
            Std = Std,
            ResizeMode = ResizeMode,
            Device = Device,
        };
        WriteObject(this.OrFatal(path, () => ModelImporter.Import(path, options, WriteVerbose)));
    }

    private string SingleFile()
    {
        IReadOnlyList<string> files = FilePaths.Matching(this, Path!);
        return files.Count == 1 ? files[0] : throw new IOException($"'{Path}' matches {files.Count} files; name one: {string.Join(", ", files.Take(5))}.");
    }

    private string[] ReadLabels()
    {
        string[] lines = File.ReadAllLines(FilePaths.Literal(this, LabelPath!));
        int last = Array.FindLastIndex(lines, line => line.Trim().Length > 0); // an empty last line is no label
        return [.. lines.Take(last + 1).Select(line => line.Trim())];
    }
}
