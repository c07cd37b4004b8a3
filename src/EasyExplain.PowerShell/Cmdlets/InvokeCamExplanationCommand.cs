using System.Globalization;
using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;
using TorchSharp;
using static EasyExplain.PowerShell.Binding.Wildcards;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Explains where in images a classifier looked when it decided.</summary>
/// <remarks>
/// <para>Runs each image through the network once and computes, for each class asked, a class activation map at each layer: high where the layer
/// saw what speaks for the class. Several layers cost one pass, and are also fused into one map. ScoreCAM, SSCAM, ISCAM and AblationCAM run
/// it once more for every channel of a layer, and show how far they are.</para>
/// <para>Images can be named, matched with wildcards or piped in; each explanation leaves as soon as it is ready. Of images that are named
/// together, the next ones are decoded while the network runs, and the progress bar knows the time left; of images that are piped in, nobody
/// knows how many follow, and none is held back. An image that cannot be read is one error that names the file, and the rest goes on. Layers can be piped in from Get-CamLayer; they bring their model.</para>
/// <para>Without -Method it is LayerCAM, without -Class the predicted class, without -Layer the last layer whose output still has height
/// and width. -Verbose says what was chosen, and which engine runs what. FullGrad explains the whole network and takes no layer: its map has the input's size.</para>
/// <para>Explanations, concepts and rows of a CSV file can be piped in to be explained again: their Path names the photo, and an explanation brings
/// its model. Layers, method and class are those of this command line.</para>
/// <para>In parallel, as with ForEach-Object -Parallel, each runspace imports the module first, and may share the model: see about_EasyExplain.</para>
/// <para>A map knows the rectangle around its largest area above a threshold: $explanation.Map.GetBox(0.5), in pixels of the photo.</para>
/// <para>JPEG, PNG, WebP, GIF, BMP, TIFF, TGA, PBM, PGM and PPM are read, whatever the name ends with. A TIFF of floating point is scaled by its own
/// range; a warning says so once.</para>
/// <para>A map that is zero everywhere is a fact about the model: nothing at that layer spoke for the class. A warning says so once.</para>
/// </remarks>
/// <example>
/// <title>One photo, the default layer and method</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel)</code>
/// <para>Prints the file, the predicted label, its probability, the method and the layer.</para>
/// </example>
/// <example>
/// <title>Several layers in one explanation, and a picture of it</title>
/// <code>Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation ./cat.jpg | Export-CamOverlay ./out -Style Panel</code>
/// <para>Explains the photo at layer1, layer2 and layer3 in one pass, fuses them, and writes a panel.</para>
/// </example>
/// <example>
/// <title>A folder of photos</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos/*.jpg | Invoke-CamExplanation -Model $model -Class cat | Export-CamOverlay ./out
/// </code>
/// <para>Streams: the first overlay is there before the last photo was read. -Class asks where the network sees a cat, predicted or not.</para>
/// </example>
/// <example>
/// <title>What was predicted beside what was expected</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Class Predicted,cat | Export-CamOverlay ./out -Style Panel</code>
/// <para>Two explanations of one photo, hence two panels, named after their classes. Where the prediction is cat, it is one.</para>
/// </example>
/// <example>
/// <title>Several methods side by side</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Method *Grad* | Export-CamOverlay ./out -Style Panel</code>
/// <para>Every method with Grad in its name; -Method * is all of them. They share one forward pass, and one backward pass a class.</para>
/// </example>
/// <example>
/// <title>What tells two classes from each other</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Class Predicted,dog -Method FinerCAM | Export-CamOverlay ./out -Style Panel</code>
/// <para>Two panels: what speaks for cat rather than dog, and the other way round. With one class, FinerCAM takes the three most similar ones.</para>
/// </example>
/// <example>
/// <title>As fine as the first layers, as sure as the last</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Method RefineCAM,FullGrad | Export-CamOverlay ./out</code>
/// <para>RefineCAM multiplies the maps of several layers, without -Layer those of every resolution; FullGrad needs none.</para>
/// </example>
/// <example>
/// <title>A method that draws noise, the same every time</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) -Layer layer3 -Method SmoothGradCAMPlusPlus -SampleCount 8 -Seed 7</code>
/// <para>Without -Seed one is drawn, and stands in the explanation's Seed property.</para>
/// </example>
/// <example>
/// <title>A dataset checked against its own labels</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder |
///     Select-Object Path, Label, Probability, Expected, Correct | Export-Csv ./audit.csv
/// </code>
/// <para>One row a photo: what was predicted, how sure, what its folder says, and whether that agrees. A script block knows other
/// layouts, such as -ExpectedLabel { $_.BaseName.Split('_')[0] }.</para>
/// </example>
/// <example>
/// <title>Explained again, with another method</title>
/// <code>
/// Invoke-CamExplanation *.jpg (Import-CamModel) -ExpectedLabel cat | Where-Object Correct -eq $false |
///     Invoke-CamExplanation -Method grad-cam++ -Layer layer2, layer3 | Export-CamOverlay ./out -Style Panel
/// </code>
/// <para>What was predicted wrongly, more closely. After Import-Csv ./audit.csv it is the same with -Model: a row of a file has no model.</para>
/// </example>
/// <example>
/// <title>An audit that can be stopped and goes on where it was</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model $model -SkipExisting ./out -Verbose | Export-CamOverlay ./out
/// </code>
/// <para>The same lines start it and go on with it: photos that have all their pictures are not explained again.</para>
/// </example>
/// <example>
/// <title>A table of an audit, of which nothing is lost whenever it is stopped</title>
/// <code>
/// $audit = @{ Model = Import-CamModel; ExpectedLabel = 'ParentFolder'; SkipExisting = './out' }
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation @audit | Export-CamOverlay ./out
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation @audit | Select-Object Path, Label, Probability, Expected, Correct | Export-Csv ./audit.csv
/// </code>
/// <para>The pictures keep the rows. The last line explains nothing again: it makes the table of them, anew each time.</para>
/// </example>
/// <seealso cref="ImportCamModelCommand"/>
/// <seealso cref="GetCamLayerCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "CamExplanation", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamExplanation))]
public sealed class InvokeCamExplanationCommand : PSCmdlet, IDisposable
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByInputTensor = "InputTensor";
    private const int DecodedAhead = 2; // pictures decoded beside the network, where it is known which ones follow

    private readonly PictureLoop _pictures;
    private readonly ModelAndLayers _given;
    private bool _anything;
    private Explainer? _explainer;
    private CamModel? _explained; // the model that _explainer was made for
    private string _choices = ""; // what of the command line decides an explanation, with the photo
    private FinishedPhotos? _finished;
    private long? _givenSeed;
    private int _passedOver;
    private bool _warnedOfEmpty;
    private bool _warnedOfUnknown;

    /// <summary>Makes the command.</summary>
    public InvokeCamExplanationCommand() => (_pictures, _given) = (new PictureLoop(this, "Explaining images"), new ModelAndLayers(this));

    /// <summary>
    /// Image files, with wildcards. A file whose very name has brackets in it is found too. Of objects with a Path property, such as
    /// explanations and the rows of a CSV file, that is the file, and no character in it is a wildcard; explanations bring their model, too.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [AllowNull]
    [AllowEmptyString]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Image files; no character is a wildcard. This is what files from Get-ChildItem bind to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A TorchSharp tensor [1, 3, H, W] or [3, H, W] of the model's input size, already normalised, in place of an image.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputTensor)]
    public torch.Tensor InputTensor { get; set; } = null!;

    /// <summary>
    /// A model of Import-CamModel, or the path of a model file, which is imported for this command and then disposed. Layers of Get-CamLayer
    /// bring theirs.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = ByPath)]
    [Parameter(Position = 0, ParameterSetName = ByLiteralPath)]
    [Parameter(Position = 0, ParameterSetName = ByInputTensor)]
    [ModelOrPath]
    [ValidateNotNull]
    public ModelArgument? Model { get; set; }

    /// <summary>Layers: names (case matters only where they differ in nothing else), wildcards, or layers of Get-CamLayer. A wildcard takes the matching layers whose output has height and width.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LayerCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public LayerArgument[] Layer { get; set; } = [];

    /// <summary>
    /// What comes through the pipeline: a model, or layers of Get-CamLayer, all of which go into one explanation; or pictures, as -Path,
    /// -LiteralPath and -InputTensor take them.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Methods by name or wildcard, such as LayerCAM or *Grad*; dashes, underlines, + and case do not matter: grad-cam++ is GradCAMPlusPlus. Tab completes them, with a line on each. Several methods share what they can and give one explanation each.</summary>
    /// <value>LayerCAM</value>
    [Parameter]
    [ArgumentCompleter(typeof(MethodCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Method { get; set; } = [MethodCatalog.Default];

    /// <summary>
    /// The classes to explain, by label, by a wildcard for labels or by number from 0; Predicted is the predicted one, as without -Class, or
    /// all that are predicted where classes are each there or not. Tab completes the labels of -Model. One explanation each.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClassCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Class { get; set; }

    /// <summary>Explains this many of the most probable classes, one explanation each.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Top { get; set; }

    /// <summary>
    /// What the photos should show: labels or classes' numbers, ParentFolder for a dataset laid out as class folders, or a script block that
    /// gets each file as $_ and gives its labels. Fills Expected and, by what is predicted, Correct: the predicted class must be one of
    /// them; where classes are each there or not, those predicted must be all of them and no others. Case does not matter; of a label that
    /// the model does not know, Correct stays empty.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExpectedLabelCompleter))]
    [ValidateNotNull]
    public ExpectedLabel[] ExpectedLabel { get; set; } = [];

    /// <summary>
    /// A folder with pictures of an earlier run, the -Destination of Export-CamOverlay: photos of which it has them all are not explained
    /// again. Their explanations come out as before, made of what the pictures say, but without maps: rows for a table, which
    /// Export-CamOverlay passes over. Each picture says in itself which photo and which choices it is of, so that its name does not matter, and a
    /// changed photo, layer, method or class is explained anew; a half-written picture counts as missing.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SkipExisting { get; set; }

    /// <summary>How many noisy copies a smoothing method takes; for ISCAM, how many steps.</summary>
    /// <value>4</value>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int SampleCount { get; set; } = 4;

    /// <summary>The noise's standard deviation, in units of the normalised input. SSCAM, whose noise is on masks, has its own.</summary>
    /// <value>0.3</value>
    [Parameter]
    [ValidateRange(0.0, 1e3)]
    public double NoiseStd { get; set; } = 0.3;

    /// <summary>Starts the noise: the same seed draws the same noise. Without it one is drawn.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? Seed { get; set; }

    /// <summary>How many noisy copies, masked images or ablated channels run at a time: more is faster up to a point and takes more memory, of which it never uses more than about 1 GiB.</summary>
    /// <value>16</value>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Test-time augmentation: the mean map of the image and its mirror image, each at 0.9, 1 and 1.1 of its strength. Six times the work.</summary>
    [Parameter]
    public SwitchParameter AugSmooth { get; set; }

    /// <summary>Takes the principal component of the weighted channels in place of their sum, which leaves out what only few of them say.</summary>
    [Parameter]
    public SwitchParameter EigenSmooth { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pictures.Dispose();
        _given.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Class is not null && Top is not null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException("-Class and -Top exclude each other: explain the classes you name, or the most probable ones."),
                "ClassAndTop", ErrorCategory.InvalidArgument, Class));
        }
        _given.Begin(Model, Layer, InputObject, nameof(Path), nameof(LiteralPath), nameof(InputTensor));
        if (SkipExisting is not null)
        {
            _finished = this.OrFatal(SkipExisting, () => new FinishedPhotos(FilePaths.Literal(this, SkipExisting)));
        }
        _givenSeed = Seed;
        Seed ??= Random.Shared.NextInt64(int.MaxValue);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _anything = true;
        if (_given.For(InputObject) is { } model)
        {
            Explain(model, _given.Layers);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((CamModel model, LayerArgument[] layers) in _given.Waiting())
        {
            Explain(model, layers);
        }
        if (!_anything && Model is null && _given.PicturesNamed)
        {
            WriteWarning("Nothing was explained: no model was given, and no layer came through the pipeline.");
        }
        _pictures.Complete();
        if (_passedOver > 0)
        {
            WriteVerbose($"{_passedOver} of the photos were passed over: '{SkipExisting}' has their pictures.");
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _pictures.Stop();

    private void Explain(CamModel model, LayerArgument[] layers)
    {
        Explainer explainer = ExplainerFor(model, layers);
        if ((ParameterSetName == ByInputTensor ? InputTensor : _given.Tensor) is { } tensor)
        {
            Write(tensor, _pictures.Do(model, tensor, cancel => explainer.Explain(tensor, cancel)));
            return;
        }
        List<string> files = Files();
        bool[] finished = [.. files.Select(file => _finished is not null && File.Exists(file) && _finished.Contain(Request.IdOf(file, _choices)))];
        using var decoded = new Beside<(Photo Photo, string Id)>();
        int begun = 0, left = finished.Count(done => !done);
        for (int index = 0; index < files.Count; index++)
        {
            for (; begun < Math.Min(files.Count, index + 1 + DecodedAhead); begun++)
            {
                string file = files[begun];
                if (!finished[begun])
                {
                    decoded.Start(() => (CamPicture.Decode(file, model), Request.IdOf(file, _choices)));
                }
            }
            if (finished[index])
            {
                PassOver(files[index], model);
                continue;
            }
            left--;
            Write(files[index], _pictures.Do(model, files[index], cancel =>
            {
                (Photo photo, string id) = decoded.Next();
                IReadOnlyList<CamExplanation> explanations = explainer.Explain(_pictures.Announce(photo, files[index]), files[index], cancel);
                for (int one = 0; one < explanations.Count; one++)
                {
                    explanations[one].Request = new Request(id, one, explanations.Count);
                }
                return explanations;
            }, left: files.Count > 1 ? left : null));
        }
    }

    /// <summary>The files of -Path or -LiteralPath; what names none is an error each.</summary>
    private List<string> Files()
    {
        bool literal = ParameterSetName == ByLiteralPath;
        return [.. _pictures.Files(literal ? LiteralPath : Path, literal || _given.PathsAreLiteral)];
    }

    /// <summary>Gives on what the pictures of a photo say, in place of explaining it again.</summary>
    private void PassOver(string file, CamModel model)
    {
        if (_finished!.Explanations(Request.IdOf(file, _choices), file, model) is { } explanations)
        {
            _passedOver++;
            Write(file, explanations);
        }
        else
        {
            WriteError(new ErrorRecord(new IOException($"The pictures of '{file}' went away meanwhile; run the command again."),
                "PictureGone", ErrorCategory.ResourceUnavailable, file));
        }
    }

    /// <summary>Gives the explanations of one picture on. What a later command in the pipeline throws is not about this picture.</summary>
    private void Write(object target, IReadOnlyList<CamExplanation> explanations)
    {
        IReadOnlyList<string> expected = explanations.Count > 0 ? Expected(target as string, target) : [];
        foreach (CamExplanation explanation in explanations)
        {
            this.WarnIfSlower(explanation.Model);
            if (expected.Count > 0)
            {
                explanation.Expect(expected);
                WarnIfUnknown(explanation);
            }
            WarnIfEmpty(explanation);
            WriteDebug(string.Create(CultureInfo.InvariantCulture, $"{explanation} took {explanation.Seconds * 1000:0} ms."));
            WriteObject(ExpectedView.Of(explanation));
        }
    }

    private IReadOnlyList<string> Expected(string? path, object target)
    {
        try
        {
            return [.. ExpectedLabel.SelectMany(each => each.For(path)).Distinct()];
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            WriteError(new ErrorRecord(new InvalidOperationException($"The script block of -ExpectedLabel failed for '{path}': {e.Message}", e),
                "ExpectedLabelFailed", ErrorCategory.InvalidResult, target));
            return [];
        }
    }

    private Explainer ExplainerFor(CamModel model, LayerArgument[] layers)
    {
        if (_explainer is null || _explained != model)
        {
            _explainer = this.OrFatal(model, () => Prepare(model, layers));
            _explained = model;
        }
        return _explainer;
    }

    private Explainer Prepare(CamModel model, LayerArgument[] given)
    {
        IReadOnlyList<CamLayer> layers = given.Length == 0 && NeedsSeveralLayers() ? LayerSelection.Stages(model) : LayerArgument.Select(model, given);
        IReadOnlyList<CamMethod> methods = MethodCatalog.Select(Method, Wildcard, layers);
        if (_explainer is null)
        {
            IgnoredOptions.Warn(this, methods, layers: given.Length > 0);
        }
        ClassChoice choice = Class is not null ? ClassChoice.Of(model, ClassNames.Expand(model, Class)) : Top is { } top ? ClassChoice.Top(top) : ClassChoice.Predicted;
        WriteVerbose($"{model}: {string.Join(", ", methods.Select(method => method.Name))} at {string.Join(", ", layers)} for " +
            $"{(Class is not null ? $"class {string.Join(", ", Class)}" : Top is not null ? $"the {Top} most probable classes" : "the predicted class")}" +
            (methods.Any(method => method.DrawsNoise) ? $", seed {Seed}." : "."));
        Smoothing smoothing = (AugSmooth ? Smoothing.Augmentation : Smoothing.None) | (EigenSmooth ? Smoothing.Eigen : Smoothing.None);
        _choices = string.Join('\n', [model.Path, .. model.InputSize, model.ResizeMode, model.ResizeSize, model.Interpolation,
            .. model.Mean.Concat(model.Std).Select(number => number.ToString(CultureInfo.InvariantCulture)), model.ChannelOrder, model.Precision, model.Activation,
            model.Output, string.Join('\t', model.Labels), .. layers, .. methods.Select(method => method.Name),
            "class", .. Class ?? [], "top", Top, SampleCount, string.Create(CultureInfo.InvariantCulture, $"{NoiseStd}"), smoothing,
            model.Path.Length > 0 ? File.GetLastWriteTimeUtc(model.Path).Ticks : model.Name,
            .. _givenSeed is { } seed && methods.Any(method => method.DrawsNoise) ? ["seed", seed] : Array.Empty<object>()]);
        var explainer = new Explainer(model, layers, methods, choice, new Noise(SampleCount, NoiseStd, Seed!.Value, BatchSize), smoothing, ShowPasses);
        WriteVerbose($"{model} runs in {explainer.Engine}.");
        return explainer;
    }

    /// <summary>Whether a method was named that says nothing of its own about the default layer alone.</summary>
    private bool NeedsSeveralLayers() => Method.Where(name => Wildcard(name) is null).Any(name => MethodCatalog.Find(name).NeedsSeveralLayers);

    /// <summary>Shows how far a method is that needs many passes for one picture, under the progress of the pictures if there are several.</summary>
    private void ShowPasses(int done, int of) => WriteProgress(new ProgressRecord(1, "Running the network again", $"{done} of {of} passes")
    {
        ParentActivityId = _pictures.ShowsProgress ? 0 : -1,
        PercentComplete = (int)(100L * done / of),
        RecordType = done == of ? ProgressRecordType.Completed : ProgressRecordType.Processing,
    });

    private void WarnIfUnknown(CamExplanation explanation)
    {
        if (!_warnedOfUnknown && explanation.Correct is null)
        {
            _warnedOfUnknown = true;
            WriteWarning($"{explanation.Path ?? "The tensor"}: {explanation.Model} has no class '{explanation.Unknown[0]}', so it is neither right nor wrong; Correct is empty. " +
                $"{(explanation.Model.Labels.Length == 0 ? "It has no labels; import it with -LabelPath." : NearNames.Hint(explanation.Unknown[0], explanation.Model.Labels))} " +
                "Further labels of that kind are not announced.");
        }
    }

    private void WarnIfEmpty(CamExplanation explanation)
    {
        if (!_warnedOfEmpty && explanation.Maps.FirstOrDefault(map => map.IsEmpty) is { } empty)
        {
            _warnedOfEmpty = true;
            WriteWarning($"{explanation.Path ?? "The tensor"}: the {explanation.Method} map of '{empty.Layer}' for '{explanation.Label}' is zero everywhere: " +
                "nothing there spoke for that class, and an overlay of it shows the plain photo. Further empty maps are not announced; their IsEmpty is true.");
        }
    }
}
