using System.Management.Automation;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.PowerShell.Binding;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using TorchSharp;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>
/// Loads an image classifier from a weight file, a TorchScript or ONNX file, a folder of timm or transformers, with torchvision's own
/// weights, or the bundled one.
/// </summary>
/// <remarks>
/// <para>Reads a state dict from a .safetensors file or from a .pth file that PyTorch wrote (the zip format and the older one). The
/// file's content decides, not its extension. No code in a file is ever run: a file that holds a whole pickled model is refused, with a
/// hint on how to save its state dict.</para>
/// <para>A folder as timm and transformers save a model, and as the Hugging Face Hub has it, is a model: config.json says which network it
/// is, and the weights lie beside it, in model.safetensors or pytorch_model.bin, be it one file or shards with an index.json. Labels and
/// preprocessing come from its files too (config.json, preprocessor_config.json): an image becomes the input as it does in Python, to the
/// byte. The parameters here have the last word. hf:org/name, or hf:org/name@revision, is the folder that Python's huggingface_hub has
/// downloaded: it is looked for in HF_HUB_CACHE, or hub in HF_HOME, or ~/.cache/huggingface/hub, and never downloaded. Files outside of the
/// folder are not read: a link to one is an error, but for the cache's own.</para>
/// <para>A whole model, saved by torch.jit.save (traced or scripted, by any PyTorch from 1.4 on) or exported to ONNX (opset 7 to 24, also
/// with its weights in files beside it), needs no architecture: its operations are read one by one, and its modules are the layers, under
/// their own names. In ONNX these are the exporter's scopes: /layer4/layer4.2/relu/Relu is layer4.2.relu. Nothing in such a file is ever
/// run. Operators that are not supported are listed in one error, with the layers that use them. A softmax or sigmoid at the end is left
/// out: a class is explained by its score before it. Of several outputs, the one with class scores that the labels fit is explained; if
/// there is no such output, or more than one, an error lists them, and -Output chooses.</para>
/// <para>So is a model that torch.export.save wrote, a .pt2 file, in PyTorch 2.9 or newer; its layers are its modules. An archive of an
/// older version is refused, with the line of Python that writes it again. Export with an open batch,
/// dynamic_shapes=({0: torch.export.Dim('batch')},), so that methods of many passes run several images at once.</para>
/// <para>A network whose first convolution takes one channel sees an image in grey, as Pillow's mode L has it; -Mean and -Std are then one
/// number each, 0.449 and 0.226 unless somebody says otherwise. One that takes more than three sees the bands of a TIFF file, the first
/// ones or those that -Channels names; mean and std are then 0 and 1 for each. A band's numbers are divided by 255 or 65535, those of
/// floating point by nothing: where reflectances are whole numbers up to 10000, -Std 0.1525902 makes 1 of 10000. Pictures are drawn over
/// the first three bands.</para>
/// <para>Models that are pickled Python objects, as Ultralytics' .pt and fastai's export.pkl are, are refused, with the line of Python that
/// exports them.</para>
/// <para>A model that ends in sigmoids is multi-label: each class has a probability of its own, and all classes at or above 0.5 are
/// predicted, or the most probable one if none is. A single output is a yes or no; with two labels it is the second one where the logit is
/// positive, and the first otherwise. Use -Activation for a model that only gives logits. A network without a classifier, which ends in
/// features, has no classes: EigenCAM, KPCACAM, FEM and RandomCAM explain it.</para>
/// <para>Few such files say how an image becomes the input. A preprocess.json beside the model does, also for weights that do not say so
/// themselves: { "input_size": [224, 224], "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "resize": "centercrop",
/// "resize_size": 256, "interpolation": "bicubic", "channel_order": "rgb", "scale": 0.00392156862745098 }; each pixel's byte is multiplied
/// by scale before mean and std are applied: 1 for a model that takes 0 to 255. What it leaves out comes from the model file, or else from
/// ImageNet's usual values, and the parameters here have the last word. An ONNX file may say it itself: by the metadata
/// Image.BitmapPixelFormat and Image.NominalPixelRange, by an input of whole numbers, or as Ultralytics' exporter does. A labels.txt beside
/// the model, with one label a line, names the classes if it has as many lines as there are classes. -Verbose says what was used.</para>
/// <para>The architecture is recognised from the names and shapes of the tensors; the number of classes is the last layer's. Where the
/// tensors fit several architectures, say which with -Architecture.</para>
/// <para>A training script's checkpoint needs no preparation: the weights may be under a key (state_dict, model), their names may begin
/// with module., model. or _orig_mod., and an optimiser's state, a counter or a loss's weights beside them are ignored. The last layer may
/// have been replaced by a sequence with one layer in it. -Verbose says what was done.</para>
/// <para>-Weights loads the weights that torchvision publishes, under its own names, with the preprocessing that belongs to them. The file
/// is looked for in -Path if that is a folder, then in PyTorch's cache, so that what Python has downloaded is used: hub/checkpoints in
/// TORCH_HOME, or in ~/.cache/torch (XDG_CACHE_HOME/torch where that is set). If it is not there, it is downloaded to the cache and checked
/// against the hash in its name. The environment variable EASYEXPLAIN_WEIGHTS_URL names a server other than download.pytorch.org/models,
/// such as a mirror. Without a network, the error says which file to fetch and where to put it.</para>
/// <para>An image is stretched to the input, so that the explanation covers all of it. torchvision's published accuracies are measured with
/// -ResizeMode CenterCrop.</para>
/// <para>A torchvision architecture with 1000 classes and no labels of its own gets ImageNet's labels; -LabelPath gives others.</para>
/// <para>The libtorch that comes with the module computes on the CPU only. For -Device cuda, get the same version with CUDA (2.10.0, the
/// archive from pytorch.org, or the folder torch of Python's torch 2.10.0) and let the environment variable EASYEXPLAIN_LIBTORCH name its
/// folder before the first model is imported: a process loads one libtorch, and keeps it. That one serves -Device cpu as well. On the GPU,
/// convolutions compute in full float32, not in TF32, so that maps agree with the CPU's.</para>
/// <para>-Precision Int8 needs images, to see how large the network's numbers become: those of -CalibrationPath, or else the first 16 that
/// one Invoke-CamExplanation or Measure-CamExplanation gets. It holds these back until all 16 have come, so that all images of a run are
/// explained alike; a run of fewer is explained in float32. Once found, scales stay what they are as long as the model is in memory.
/// The same images give the same scales and the same maps; for runs on several machines, or in several goes, give -CalibrationPath. What
/// would cost too much exactness, as measured with these images, stays in float32. What was found is kept in easyexplain/calibration in the
/// user's cache (XDG_CACHE_HOME or ~/.cache), under a hash of weights and images. -Verbose says how much was computed in 8 bits, and how
/// near it came; Measure-CamExplanation measures both precisions on your images. LRP computes in Float32 all the same. A CPU without VNNI
/// has the same maps, but gains nothing, and a warning says so.</para>
/// <para>Without -Path and -Weights, the model that ships with the module is loaded: ResNet-20, trained on CIFAR-10, which knows airplane,
/// automobile, bird, cat, deer, dog, frog, horse, ship and truck.</para>
/// <para>Of several files, or of files from the pipeline, each that cannot be imported is one error that names it, and the others are
/// imported. A single file that cannot be imported stops the command.</para>
/// <para>A model holds its weights in native memory. Call its Dispose() method when you load many in one session.</para>
/// </remarks>
/// <example>
/// <title>The bundled model</title>
/// <code>$model = Import-CamModel</code>
/// <para>Loads the ResNet-20 that ships with the module.</para>
/// </example>
/// <example>
/// <title>torchvision's ResNet-50</title>
/// <code>$model = Import-CamModel -Architecture resnet50 -Weights Default</code>
/// <para>The weights that torchvision recommends, from PyTorch's cache or the network. ResNet50_Weights.IMAGENET1K_V1, torchvision's full
/// name, needs no -Architecture.</para>
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
/// <title>A folder from the Hugging Face Hub</title>
/// <code>Import-CamModel ./vit_tiny, hf:timm/resnet18.a1_in1k -Verbose</code>
/// <para>A folder with config.json and model.safetensors, and one from the cache of Python's huggingface_hub. -Verbose says what was read
/// in them.</para>
/// </example>
/// <example>
/// <title>Another input size and preprocessing</title>
/// <code>Import-CamModel ./xray.safetensors -InputSize 320,320 -Mean 0.5,0.5,0.5 -Std 0.25,0.25,0.25 -ResizeMode CenterCrop</code>
/// <para>Say what the network was trained with where that differs from torchvision's 224 by 224 pixels and ImageNet statistics.</para>
/// </example>
/// <example>
/// <title>A whole model: TorchScript or ONNX</title>
/// <code>Import-CamModel ./detector.onnx -InputSize 224 -Mean 0.5,0.5,0.5 -Std 0.5,0.5,0.5 | Get-CamLayer blocks.*</code>
/// <para>Saved by torch.jit.save, or exported to ONNX. Without a preprocess.json beside it, say what its input is like.</para>
/// </example>
/// <example>
/// <title>A model of torch.export, and one of X-rays in grey</title>
/// <code>Import-CamModel ./net.pt2, ./xray.pth -Mean 0.5 -Std 0.25</code>
/// <para>How many channels a model takes is in its file; one number for mean and std counts for all of them.</para>
/// </example>
/// <example>
/// <title>Bands of a satellite's image</title>
/// <code>Import-CamModel ./landcover.pth -Channels 4,3,2,6 -Std 0.1525902 | Invoke-CamExplanation ./chip.tif</code>
/// <para>The network takes four channels: bands 4, 3, 2 and 6 of a TIFF file of 16 bits, of which 10000 is a reflectance of 1.</para>
/// </example>
/// <example>
/// <title>All models in a folder, side by side</title>
/// <code>Import-CamModel *.onnx, *.safetensors -ErrorAction Continue | Sort-Object Parameters</code>
/// <para>A file that is not a model is one error that names it. Table headings are properties, so you can sort by them.</para>
/// </example>
/// <example>
/// <title>Half the time, or less</title>
/// <code>Import-CamModel -Precision Int8 -CalibrationPath . -Verbose</code>
/// <para>Computes in 8 bits, by scales found with the images in this folder. -Verbose says how near that comes to float32.</para>
/// </example>
/// <example>
/// <title>Your own TorchSharp module</title>
/// <code>
/// $nn = [TorchSharp.torch+nn]
/// $conv, $relu = $nn::Conv2d(3, 8, 3), $nn::ReLU()
/// $net = $nn::Sequential($conv, $relu, $nn::AdaptiveAvgPool2d(1), $nn::Flatten(), $nn::Linear(8, 2))
/// Import-CamModel -Module $net -InputSize 64 | Get-CamLayer
/// </code>
/// <para>Its submodules are the layers, by the names that they have in it: 0 is the convolution.</para>
/// </example>
/// <seealso cref="GetCamLayerCommand"/>
/// <seealso cref="InvokeCamExplanationCommand"/>
[Cmdlet(VerbsData.Import, "CamModel", DefaultParameterSetName = FromFile)]
[OutputType(typeof(CamModel))]
public sealed class ImportCamModelCommand : PSCmdlet, IDisposable
{
    private const string FromFile = "File";
    private const string FromModule = "Module";

    private readonly CancellationTokenSource _stop = new();
    private int _written;
    private bool _warned;

    /// <summary>
    /// The weight file, .safetensors or .pth, or a whole model, TorchScript's .pt or .onnx, or a folder of timm or transformers, also by
    /// its name on the Hugging Face Hub (hf:org/name); several, or a wildcard, for several models. With -Weights also a folder to look for
    /// it in. Without both, the bundled model is loaded.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FromFile)]
    [Alias("LiteralPath", "PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>
    /// What to call the model in tables and file names; by default its file's name without the extension, or its folder's name.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>
    /// torchvision's name of the architecture, such as resnet50 or vgg16_bn. Tab completes it. By default the names and shapes of the
    /// tensors tell.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    [ArgumentCompleter(typeof(ArchitectureCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Architecture { get; set; }

    /// <summary>
    /// Where in a checkpoint the weights are: a key such as model_ema, or what the tensors' names begin with. By default the usual places
    /// are searched, and averaged weights are used only if there are no others.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    [ArgumentCompleter(typeof(StateDictKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? StateDictKey { get; set; }

    /// <summary>
    /// Weights that torchvision publishes: Default, or a name such as IMAGENET1K_V1, which Tab completes; or torchvision's full name, such
    /// as ResNet50_Weights.IMAGENET1K_V2. With a file in -Path, they only say which preprocessing it needs.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    [ArgumentCompleter(typeof(WeightsCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Weights { get; set; }

    /// <summary>
    /// Your own TorchSharp module in place of a file: it takes images [N, 3, H, W] and gives logits [N, classes]. Its submodules are the
    /// layers. It is put into evaluation mode and stays yours; disposing the model leaves it alone.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = FromModule)]
    [ValidateNotNull]
    public torch.nn.Module Module { get; set; } = null!;

    /// <summary>A text file with one label a line, in the order of the classes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LabelPath { get; set; }

    /// <summary>Height and width of the network's input in pixels; one number for a square.</summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [ValidateRange(1, 8192)]
    public int[]? InputSize { get; set; }

    /// <summary>
    /// Which bands of an image the channels of the network's input are, counted from 1: 4,3,2 of a satellite's TIFF. By default they are
    /// red, green and blue; grey for a network that takes one channel; and the first bands for one that takes more than three.
    /// </summary>
    [Parameter]
    [ValidateCount(1, 256)]
    [ValidateRange(1, 256)]
    public int[]? Channels { get; set; }

    /// <summary>
    /// What is subtracted from red, green and blue, or from each channel, after scaling to 0 to 1; a single number counts for all.
    /// </summary>
    [Parameter]
    [ValidateCount(1, 256)]
    public double[]? Mean { get; set; }

    /// <summary>What red, green and blue, or each channel, are divided by after that; a single number counts for all.</summary>
    [Parameter]
    [ValidateCount(1, 256)]
    [ValidateRange(1e-6, 1e6)]
    public double[]? Std { get; set; }

    /// <summary>
    /// How an image of another shape becomes the input: Stretch shows the network all of it; CenterCrop keeps its proportions and cuts its
    /// edges; StretchCrop stretches it to ResizeSize and cuts its edges; Pad keeps its proportions and adds borders in the mean colour;
    /// Letterbox does, too, in the grey that detectors are trained with, 114 of 255.
    /// </summary>
    [Parameter]
    public ResizeMode? ResizeMode { get; set; }

    /// <summary>
    /// The short side, in pixels, to which CenterCrop and StretchCrop resize an image before they cut out the middle; by default the
    /// weights' own, or the input's side / 0.875. Of Pad and Letterbox, the long side; by default the input's.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 16384)]
    public int? ResizeSize { get; set; }

    /// <summary>
    /// How images are resized: Bilinear, Bicubic or Lanczos, all with antialiasing; Nearest; or Linear without antialiasing, as OpenCV
    /// resizes for detectors. By default as the weights say.
    /// </summary>
    [Parameter]
    public Interpolation? Interpolation { get; set; }

    /// <summary>
    /// The order in which the network takes colours: Rgb, or Bgr, as OpenCV and Caffe have it. -Mean and -Std stay in the order red, green,
    /// blue.
    /// </summary>
    [Parameter]
    public ChannelOrder? ChannelOrder { get; set; }

    /// <summary>
    /// What turns the logits of a model into probabilities: Softmax for one class of several; Sigmoid for a multi-label model; None where
    /// the outputs are scores rather than probabilities. By default Softmax, or Sigmoid for a single output. A file that ends in a softmax
    /// or a sigmoid says so itself.
    /// </summary>
    [Parameter]
    public Activation? Activation { get; set; }

    /// <summary>
    /// What a TorchScript or ONNX file tells of a picture: Classify, of which class it is; Detect, where there is something, in boxes; or
    /// Segment, of which class each place is. By default what the file says of itself, or what its outputs look like; -Verbose tells.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    public CamTask? Task { get; set; }

    /// <summary>
    /// Which output to explain if a TorchScript or ONNX file has several: its name, its key in a dictionary, or its number from 0.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    [ValidateNotNullOrEmpty]
    public string? Output { get; set; }

    /// <summary>
    /// Where the network computes: cpu, cuda (NVIDIA's first GPU) or cuda:1 (the second). A GPU needs a CUDA build of libtorch, whose
    /// folder the environment variable EASYEXPLAIN_LIBTORCH names, see the notes.
    /// </summary>
    /// <value>cpu</value>
    [Parameter(ParameterSetName = FromFile)]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Device { get; set; } = "cpu";

    /// <summary>
    /// In what numbers the network computes: Float32; or Int8 for what comes before the first layer that is explained, which on a CPU with
    /// VNNI takes a third to nine tenths of the time. Maps stay nearly the same.
    /// </summary>
    /// <value>Float32</value>
    [Parameter(ParameterSetName = FromFile)]
    public Precision Precision { get; set; }

    /// <summary>
    /// For -Precision Int8: a folder, also with folders in it, with images of the kind that the model is for. With up to 32 of them its
    /// scales are found. By default they are found with the first 16 images of a run.
    /// </summary>
    [Parameter(ParameterSetName = FromFile)]
    [ValidateNotNullOrEmpty]
    public string? CalibrationPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == FromModule)
        {
            Write(this.OrFatal(Module, () => ModelImporter.Import(OwnModule(), Options(weights: null), WriteVerbose)));
            return;
        }
        // Before a download that would be in vain.
        this.OrFatal(Device, () => ComputeDevice.IsCpu(Device) ? null : ComputeDevice.Find(Device));
        NamedWeights? weights = Weights is null ? null : this.OrFatal(Weights, () => NamedWeights.Find(Architecture, Weights));
        this.OrFatal(Architecture, () => Architecture is null ? null : ArchitectureCatalog.Find(Architecture));
        if (Path is null)
        {
            string file = this.OrFatal(Weights ?? Architecture, () => FileOf(weights));
            Write(this.OrFatal(file, () => ModelImporter.Import(file, Options(weights), WriteVerbose)));
            return;
        }
        var several = new SeveralFiles(this, Path);
        foreach (string file in several.Files(path => weights is null ? ModelsAt(path) : [FileOf(weights, path)]))
        {
            if (several.Try(file, () => ModelImporter.Import(file, Options(weights), WriteVerbose)) is { } model)
            {
                Write(model);
            }
        }
    }

    /// <summary>Gives a model on; one name does not tell two apart.</summary>
    private void Write(CamModel model)
    {
        if (Name is not null && _written++ > 0)
        {
            model.Dispose();
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"-Name '{Name}' is for one model, and '{model.Path}' is another. Leave -Name out: each is then " +
                    $"called as its file is."),
                "NameForSeveral", ErrorCategory.InvalidArgument, Name));
        }
        if (ResizeSize is not null && model.ResizeMode == Imaging.ResizeMode.Stretch && !_warned)
        {
            _warned = true;
            WriteWarning($"-ResizeSize {ResizeSize} is ignored: {model} stretches its photos. Add -ResizeMode CenterCrop.");
        }
        if (model.Precision == Precision.Int8 && !ByteProducts.AreFast)
        {
            WriteWarning($"{model} gains nothing by Int8 here: this CPU has no instructions for products of bytes (VNNI). Maps are those " +
                "of a CPU that has them; Float32 takes no longer.");
        }
        WriteObject(model);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private torch.nn.Module<torch.Tensor, torch.Tensor> OwnModule() => Module as torch.nn.Module<torch.Tensor, torch.Tensor>
        ?? throw new ModelImportException(ModelFault.InvalidOption,
        $"{Module.GetName()} is no module that makes one tensor of one: derive it from Module<Tensor, Tensor>, or wrap it in one.");

    private ModelOptions Options(NamedWeights? weights) => new()
    {
        Architecture = Architecture,
        StateDictKey = StateDictKey,
        Name = Name,
        Weights = weights,
        Labels = LabelPath is null ? null : this.OrFatal(LabelPath, ReadLabels),
        InputSize = InputSize,
        Channels = Channels,
        Mean = Mean,
        Std = Std,
        ResizeMode = ResizeMode,
        ResizeSize = ResizeSize,
        Interpolation = Interpolation,
        ChannelOrder = ChannelOrder,
        Activation = Activation,
        Task = Task,
        Output = Output,
        Device = Device,
        Precision = Precision,
        CalibrationPath = CalibrationPath is null ? null : FilePaths.Literal(this, CalibrationPath),
    };

    /// <summary>The files and folders that a path stands for; of folders only those that are models, unless one is named alone.</summary>
    private IReadOnlyList<string> ModelsAt(string path) => HubCache.IsName(path) ? [path]
        : FilePaths.Matching(this, path, folder => ModelFolder.Find(folder) is not null);

    private string FileOf(NamedWeights? weights, string? path = null)
    {
        if (weights is null)
        {
            return Architecture is null || ArchitectureCatalog.Find(Architecture).Name == ModelImporter.BundledArchitecture
                ? ModelImporter.BundledPath
                : throw new ModelImportException(ModelFault.WeightsMissing,
                    $"Which weights of {Architecture}? Add -Weights Default for torchvision's own, or -Path with a weight file.");
        }
        string? folder = path is null ? null : FilePaths.Literal(this, path);
        return folder is null || Directory.Exists(folder) ? Fetch(weights, folder) : FilePaths.Single(this, path!);
    }

    private string Fetch(NamedWeights weights, string? folder)
    {
        long shown = -1;
        string activity = $"Downloading {weights.FileNames[0]}";
        try
        {
            return WeightsCache.OfPyTorch.Get(weights.FileNames, folder, WriteVerbose, Show, _stop.Token);
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            if (shown >= 0 && !Stopping)
            {
                WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
            }
        }

        void Show(long bytes, long? of)
        {
            long megabytes = bytes / 1_000_000;
            if (megabytes > shown)
            {
                shown = megabytes;
                WriteProgress(new ProgressRecord(0, activity, of is null ? $"{megabytes} MB" : $"{megabytes} of {of / 1_000_000} MB")
                {
                    PercentComplete = of is > 0 ? (int)(100 * bytes / of.Value) : -1,
                });
            }
        }
    }

    private string[] ReadLabels()
    {
        string[] lines = File.ReadAllLines(FilePaths.Literal(this, LabelPath!));
        int last = Array.FindLastIndex(lines, line => line.Trim().Length > 0); // an empty last line is no label
        return [.. lines.Take(last + 1).Select(line => line.Trim())];
    }
}
