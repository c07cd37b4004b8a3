using System.Globalization;
using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.PowerShell.Binding;
using TorchSharp;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Explains where in images a classifier looked when it decided.</summary>
/// <remarks>
/// <para>Runs each image through the network once and computes, for each class asked, a class activation map at each layer: high where the
/// layer saw evidence for the class. Several layers cost one pass, and are also fused into one map. ScoreCAM, SSCAM, ISCAM and AblationCAM
/// run it once more for every channel of a layer, and report their progress; so do ReciproCAM, which runs the end of it for every place
/// of a layer, Occlusion, RISE, IntegratedGradients and SmoothGrad.</para>
/// <para>Images can be named, matched with wildcards or piped in; each explanation leaves as soon as it is ready. Of images that are named
/// together, the next ones are decoded while the network runs, and the progress bar knows the time left; images that are piped in are
/// explained one at a time, since how many follow is unknown. An image that cannot be read is one error that names the file, and the rest
/// goes on. Layers can be piped in from Get-CamLayer; they bring their model.</para>
/// <para>The default method is LayerCAM, the default class the predicted one, the default layer the last one whose output still has height
/// and width. -Verbose says what was chosen, and which engine runs what. FullGrad, Occlusion, RISE, Saliency, InputXGradient,
/// IntegratedGradients, SmoothGrad and GuidedBackprop explain the whole network and take no layer: their maps have the input's size. So
/// does LRP, unless layers are asked for.</para>
/// <para>Occlusion, InputXGradient, IntegratedGradients, SmoothGrad, GuidedBackprop and LRP have signs: what is above 0 speaks for the
/// class, what is below 0 against it. Such a map goes from -1 to 1, and its Unit says what 1 stands for.</para>
/// <para>Explanations, concepts, rows of Get-CamAudit and rows of a CSV file can be piped in to be explained again: their Path names the
/// image, and an explanation brings its model. Layers, method and class are those of this command line.</para>
/// <para>In parallel, as with ForEach-Object -Parallel, each runspace imports the module first, and may share the model: see
/// about_EasyExplain.</para>
/// <para>SIGTERM, as schedulers send it, ends the command after the image in work: its explanation still goes down the pipeline, then
/// there is the terminating error Interrupted. A second SIGTERM ends the process at once.</para>
/// <para>A map gives the rectangle around its largest area above a threshold: $explanation.Map.GetBox(0.5), in pixels of the image.</para>
/// <para>JPEG, PNG, WebP, GIF, BMP, TIFF, TGA, PBM, PGM and PPM are read, whatever the name ends with. A TIFF of floating point is scaled
/// by its own range; a warning says so once.</para>
/// <para>Of a detector, each thing that it finds has an explanation: its class's logit, with Box, Detection (its number) and
/// Probability; of a segmenter, each class that it predicts somewhere. By default the maps are those of the layers that its heads read,
/// of all sizes, fused. A photo in which nothing is found has one explanation for each method all the same, with Found = false and without
/// maps; other cmdlets pass over it. RISE and Occlusion score what is found in the changed picture by how much it is alike (D-RISE).</para>
/// <para>A map that is zero everywhere is a fact about the model: that layer has no evidence for the class. A warning says so once.</para>
/// </remarks>
/// <example>
/// <title>One image, the default layer and method</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel)</code>
/// <para>Prints the file, the predicted label, its probability, the method and the layer.</para>
/// </example>
/// <example>
/// <title>Several layers in one explanation, and a picture of it</title>
/// <code>Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation ./cat.jpg | Export-CamOverlay ./out -Style Panel</code>
/// <para>Explains the image at layer1, layer2 and layer3 in one pass, fuses the maps, and writes a panel.</para>
/// </example>
/// <example>
/// <title>A folder of images</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos/*.jpg | Invoke-CamExplanation -Model $model -Class cat | Export-CamOverlay ./out
/// </code>
/// <para>Streams: the first overlay is written before the last image is read. -Class asks where the network sees a cat, predicted or
/// not.</para>
/// </example>
/// <example>
/// <title>What was predicted beside what was expected</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Class Predicted,cat | Export-CamOverlay ./out -Style Panel</code>
/// <para>Two explanations of one image, hence two panels, named after their classes. Where the prediction is cat, there is one.</para>
/// </example>
/// <example>
/// <title>Several methods side by side</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Method *Grad* | Export-CamOverlay ./out -Style Panel</code>
/// <para>Every method with Grad in its name; -Method * is all of them. They share one forward pass, and one backward pass a class.</para>
/// </example>
/// <example>
/// <title>What tells two classes apart</title>
/// <code>
/// Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Class Predicted,dog -Method FinerCAM |
///     Export-CamOverlay ./out -Style Panel
/// </code>
/// <para>Two panels: the evidence for cat rather than dog, and the other way round. With one class, FinerCAM compares it with the three
/// most similar ones.</para>
/// </example>
/// <example>
/// <title>As fine as the first layers, as reliable as the last</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Method RefineCAM,FullGrad | Export-CamOverlay ./out</code>
/// <para>RefineCAM multiplies the maps of several layers, by default one for each resolution; FullGrad needs no layer.</para>
/// </example>
/// <example>
/// <title>What speaks for the class, and what against it</title>
/// <code>
/// Invoke-CamExplanation ./cat.jpg (Import-CamModel) -Method LRP, Occlusion -Composite EpsilonAlpha2Beta1 -Window 8 -Stride 4 |
///     Export-CamOverlay ./out -Style Panel
/// </code>
/// <para>Red speaks for the cat, blue against it. A panel has a mask of each.</para>
/// </example>
/// <example>
/// <title>A method that draws noise, the same every time</title>
/// <code>Invoke-CamExplanation *.jpg -Model (Import-CamModel) -Layer layer3 -Method SmoothGradCAMPlusPlus -SampleCount 8 -Seed 7</code>
/// <para>Without -Seed a random one is used; the explanation's Seed property says which.</para>
/// </example>
/// <example>
/// <title>What the score loses where a part of the image is covered</title>
/// <code>Invoke-CamExplanation ./cat.jpg -Model (Import-CamModel) -Method Occlusion -Window 8,8 -Stride 4 | Export-CamOverlay ./out</code>
/// <para>A window of 8 by 8 pixels of the model's input, which has 32 by 32 here, moved by 4.</para>
/// </example>
/// <example>
/// <title>A dataset checked against its own labels</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model $model -ExpectedLabel ParentFolder |
///     Select-Object Path, Label, Probability, Expected, Correct | Export-Csv ./audit.csv
/// </code>
/// <para>One row for each image: the prediction, its probability, the folder's label, and whether they agree. A script block handles other
/// layouts, such as -ExpectedLabel { $_.BaseName.Split('_')[0] }.</para>
/// </example>
/// <example>
/// <title>Mistakes explained again, with another method</title>
/// <code>
/// Invoke-CamExplanation *.jpg (Import-CamModel) -ExpectedLabel cat | Where-Object Correct -eq $false |
///     Invoke-CamExplanation -Method grad-cam++ -Layer layer2, layer3 | Export-CamOverlay ./out -Style Panel
/// </code>
/// <para>A closer look at wrong predictions. Rows of Import-Csv ./audit.csv can be piped in the same way, with -Model: a row has no
/// model.</para>
/// </example>
/// <example>
/// <title>An audit that can be stopped and resumed</title>
/// <code>
/// $model = Import-CamModel
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation -Model $model -SkipExisting ./out -Verbose | Export-CamOverlay ./out
/// </code>
/// <para>The same lines start and resume it: images that already have all their output files are not explained again.</para>
/// </example>
/// <example>
/// <title>An audit that loses nothing whenever it is stopped, and its table</title>
/// <code>
/// $audit = @{ Model = Import-CamModel; ExpectedLabel = 'ParentFolder'; SkipExisting = './audit.db' }
/// Get-ChildItem ./photos -Recurse -File | Invoke-CamExplanation @audit | Export-CamAudit ./audit.db
/// Get-CamAudit ./audit.db | Export-CamAudit ./audit.csv
/// </code>
/// <para>The audit file has a row for each image, with its map; the last line makes a table of it.</para>
/// </example>
/// <example>
/// <title>Why a detector saw what it saw</title>
/// <code>
/// Invoke-CamExplanation ./cat.jpg -Model ./objects.onnx -Class cat -MinProbability 0.5 | Export-CamOverlay ./out
/// </code>
/// <para>An explanation of each cat that was found. -Detection 0, 2 explains the most certain and the third, -Top 3 the three most
/// certain.</para>
/// </example>
/// <example>
/// <title>What decides where a box ends</title>
/// <code>
/// Invoke-CamExplanation ./cat.jpg -Model ./objects.onnx -Detection 0 -BoxSide Right | Export-CamOverlay ./out
/// </code>
/// <para>The map of x of the right edge, in place of the class.</para>
/// </example>
/// <seealso cref="ImportCamModelCommand"/>
/// <seealso cref="GetCamLayerCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
/// <seealso cref="ExportCamAuditCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "CamExplanation", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamExplanation))]
public sealed class InvokeCamExplanationCommand() : PictureCmdlet("Explaining images", "Nothing was explained")
{
    private Explainer _explainer = null!; // of the model that was prepared last
    private Choices _choices = null!; // the same
    private IFinished? _finished;
    private bool _seedIsGiven;
    private int _passedOver;
    private bool _warnedOfEmpty;
    private bool _warnedOfUnknown;

    /// <summary>
    /// Methods by name or wildcard, such as LayerCAM or *Grad*; dashes, underlines, + and case do not matter: grad-cam++ is
    /// GradCAMPlusPlus. Tab completes them, with a line on each. Several methods share what they can and give one explanation each.
    /// </summary>
    /// <value>LayerCAM</value>
    [Parameter]
    [ArgumentCompleter(typeof(MethodCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Method { get; set; } = [MethodCatalog.Default];

    /// <summary>
    /// The classes to explain, by label, by a wildcard for labels or by number from 0; Predicted is the predicted one, as without -Class,
    /// or all that are predicted where classes are each there or not. Tab completes the labels of -Model. One explanation each.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClassCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Class { get; set; }

    /// <summary>
    /// Explains this many of the most probable classes, one explanation each; of a detector, this many of what it found, the most certain
    /// first; of a segmenter, this many of its classes, the largest first.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Top { get; set; }

    /// <summary>
    /// Of a detector: explains what it found under these numbers, from 0, the most certain first. The Detection property of an explanation
    /// is such a number.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Detection { get; set; }

    /// <summary>Of a detector: how certain it must be of something that counts as found, from 0 to 1.</summary>
    /// <value>0.25</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double MinProbability { get; set; } = 0.25;

    /// <summary>
    /// Of a detector: from which overlap on, from 0 to 1, two boxes of a class are of the same thing, so that the more certain one alone
    /// counts. It is what both cover in terms of what either covers. Detectors that find everything once do not heed it.
    /// </summary>
    /// <value>0.45</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double OverlapThreshold { get; set; } = 0.45;

    /// <summary>
    /// Of a detector: explains where a side of each box is, Left, Top, Right or Bottom, in place of its class. The Score of the
    /// explanation is where that side is, in pixels of the input.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(BoxSideArgument.Completer))]
    [ValidateNotNull]
    public BoxSideArgument? BoxSide { get; set; }

    /// <summary>
    /// Of a segmenter: explains the class within this rectangle, in place of wherever it is predicted: x, y, width and height in pixels of
    /// the photo. Without -Class, the predicted classes there.
    /// </summary>
    [Parameter]
    [ValidateCount(4, 4)]
    public double[]? Region { get; set; }

    /// <summary>
    /// What the photos should show: labels or classes' numbers, ParentFolder for a dataset laid out as class folders (or as an archive for
    /// each class), Sidecar for what the .cls file beside each photo says, as in WebDataset's archives, or a script block that gets each
    /// file as $_ and gives its labels. Fills Expected and, by what is predicted, Correct: the predicted class must be one
    /// of them; where classes are each there or not, those predicted must be all of them and no others. Case does not matter; of a label
    /// that the model does not know, Correct stays empty.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExpectedLabelCompleter))]
    [ValidateNotNull]
    public ExpectedLabel[] ExpectedLabel { get; set; } = [];

    /// <summary>
    /// What earlier runs have done: an audit file, the -Path of Export-CamAudit, or a folder with pictures, the -Destination of
    /// Export-CamOverlay. Photos that are in the audit file, or of which the folder has all pictures, are not explained again. Their
    /// explanations come out as before: from an audit file with their maps, in steps of 1/255; from pictures without maps, so that
    /// Export-CamOverlay passes over them. A photo that failed, or that has changed, is explained again, and so is any for another layer,
    /// method or class; a half-written picture counts as missing. What does not exist yet is empty: an audit file if the name ends with
    /// .db or .sqlite, else a folder.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SkipExisting { get; set; }

    /// <summary>
    /// How many noisy copies, steps or masks a method takes. By default 4; SmoothGrad takes 16, IntegratedGradients 50, RISE 1000.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? SampleCount { get; set; }

    /// <summary>
    /// The standard deviation of the noise, in units of the normalised input. SSCAM, which adds noise to masks, has its own.
    /// </summary>
    /// <value>0.3</value>
    [Parameter]
    [ValidateRange(0.0, 1e3)]
    public double NoiseStd { get; set; } = 0.3;

    /// <summary>The seed of the noise: the same seed gives the same noise. By default it is random.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? Seed { get; set; }

    /// <summary>
    /// How many noisy copies, covered or masked images or changed outputs run at a time. More is faster up to a point and takes more
    /// memory, but never more than about 1 GiB.
    /// </summary>
    /// <value>16</value>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>
    /// What Occlusion covers at a time: height and width in pixels of the model's input, or one number for both. By default an eighth of
    /// the input.
    /// </summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [ValidateRange(1, int.MaxValue)]
    public int[]? Window { get; set; }

    /// <summary>
    /// How far Occlusion moves its window from one place to the next: down and right, or one number for both. By default half a window.
    /// </summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [ValidateRange(1, int.MaxValue)]
    public int[]? Stride { get; set; }

    /// <summary>
    /// What the pixels under Occlusion's window become, in each colour of the normalised input: 0 is the mean colour of the model's images.
    /// </summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(-1e3, 1e3)]
    public double Baseline { get; set; }

    /// <summary>
    /// Which rules LRP has for which layers: EpsilonPlus, EpsilonPlusFlat, EpsilonAlpha2Beta1 or EpsilonGammaBox, the names and rules of
    /// zennit. Tab completes them, with a line on each.
    /// </summary>
    /// <value>EpsilonPlus</value>
    [Parameter]
    [ArgumentCompleter(typeof(CompositeArgument.Completer))]
    [ValidateNotNull]
    public CompositeArgument Composite { get; set; } = new(LrpComposite.EpsilonPlus);

    /// <summary>
    /// Of LRP's fully connected layers: what is added to the size of a sum before relevance is divided by it. More of it leaves out what is
    /// small or contradicts itself.
    /// </summary>
    /// <value>1E-06</value>
    [Parameter]
    [ValidateRange(1e-12, 1e6)]
    public double Epsilon { get; set; } = 1e-6;

    /// <summary>
    /// Of the convolutions of LRP's EpsilonGammaBox: how much more weight that speaks for a number counts. The more, the less is left of
    /// what speaks against.
    /// </summary>
    /// <value>0.25</value>
    [Parameter]
    [ValidateRange(0.0, 1e6)]
    public double Gamma { get; set; } = 0.25;

    /// <summary>
    /// Test-time augmentation: the mean map of the image and its mirror image, each at 0.9, 1 and 1.1 of its strength. Six times the work.
    /// </summary>
    [Parameter]
    public SwitchParameter AugSmooth { get; set; }

    /// <summary>
    /// Uses the principal component of the weighted channels in place of their sum, which leaves out what only a few of them show.
    /// </summary>
    [Parameter]
    public SwitchParameter EigenSmooth { get; set; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        (_finished as IDisposable)?.Dispose();
        base.Dispose();
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
        if (Detection is not null && (Class is not null || Top is not null))
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"-Detection and -{(Class is null ? "Top" : "Class")} exclude each other: a number stands for one " +
                    "thing that was found."),
                "DetectionAndOther", ErrorCategory.InvalidArgument, Detection));
        }
        if (Region is [_, _, var width, var height] && !(width > 0 && height > 0))
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException("-Region is x, y, width and height; the last two are above 0."),
                "RegionEmpty", ErrorCategory.InvalidArgument, Region));
        }
        base.BeginProcessing();
        if (SkipExisting is not null)
        {
            _finished = this.OrFatal(SkipExisting, () => Finished(FilePaths.Literal(this, SkipExisting)));
        }
        Pictures.Failed = Tell;
        _seedIsGiven = Seed is not null;
        Seed ??= Random.Shared.NextInt64(int.MaxValue);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_passedOver > 0)
        {
            WriteVerbose($"{_passedOver} of the photos were passed over: '{SkipExisting}' has them.");
        }
    }

    private protected override void LookAt(CamModel model, torch.Tensor tensor) =>
        Write(tensor, Pictures.Do(model, tensor, cancel => _explainer.Explain(tensor, cancel)));

    private protected override void Calibrated(CamModel model)
    {
        _choices = _choices.Anew();
        WriteVerbose($"{model} runs in {_explainer.Compile()}.");
    }

    private protected override void LookAt(CamModel model, NamedPhotos photos)
    {
        foreach ((string file, Func<(Photo, string)>? read, int? left) in Pictures.Each(
            photos, file => (CamPicture.Decode(file, model), _choices.IdOf(file)), IsFinished))
        {
            if (read is null)
            {
                PassOver(file, model);
                continue;
            }
            Write(file, Pictures.Do(model, file, cancel =>
            {
                (Photo photo, string id) = read();
                return Request.Answered(id, _explainer.Explain(Pictures.Announce(photo, file), file, cancel), _choices.Question);
            }, left));
        }
    }

    /// <summary>
    /// A folder of pictures, or an audit file. What is not there yet is an empty one; the ending of its name says of which kind.
    /// </summary>
    private static IFinished? Finished(string path) =>
        File.Exists(path) ? new AuditReader(path)
        : Directory.Exists(path) || System.IO.Path.GetExtension(path).Length == 0 || !AuditFormat.IsStore(path) ? new FinishedPhotos(path)
        : null;

    private bool IsFinished(string file) =>
        _finished is not null && PhotoFile.IsThere(file) && _finished.Contains(_choices.IdOf(file));

    /// <summary>Gives on what earlier runs found out about a photo, in place of explaining it again.</summary>
    private void PassOver(string file, CamModel model)
    {
        string id = _choices.IdOf(file);
        if (_finished!.Explanations(id, file, model) is { } explanations)
        {
            _passedOver++;
            Write(file, Request.Answered(id, explanations, _choices.Question));
        }
        else
        {
            WriteError(new ErrorRecord(
                new IOException($"'{SkipExisting}' no longer has what was found out about '{file}'; run the command again."),
                "PictureGone", ErrorCategory.ResourceUnavailable, file));
        }
    }

    /// <summary>Tells an audit further down the pipeline of a picture that failed.</summary>
    private void Tell(object target, ErrorRecord error)
    {
        if (target is string file && FailureListeners.Any)
        {
            FailureListeners.Tell(
                new FailedImage(file, IdOf(file), _choices.Model,
                    string.Join(", ", _choices.Methods.Select(method => method.Name)), [.. _choices.Layers.Select(layer => layer.Name)],
                    error.FullyQualifiedErrorId, error.Exception.Message, _choices.Question),
                error);
        }
    }

    /// <summary>What is asked of a picture; null where it is not there.</summary>
    private string? IdOf(string file)
    {
        try
        {
            return _choices.IdOf(file);
        }
        catch (Exception e) when (Errors.IsAboutOneFile(e))
        {
            return null;
        }
    }

    /// <summary>Gives the explanations of one picture on. What a later command in the pipeline throws is not about this picture.</summary>
    private void Write(object target, IReadOnlyList<CamExplanation> explanations)
    {
        IReadOnlyList<string> expected = explanations.Count > 0 ? Expected(target as string, target) : [];
        foreach (CamExplanation explained in explanations)
        {
            CamExplanation explanation = expected.Count > 0 ? explained.Expecting(expected) : explained;
            this.WarnIfSlower(explanation.Model);
            WarnIfUnknown(explanation);
            WarnIfEmpty(explanation);
            TellIfNothing(explanation);
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
            WriteError(new ErrorRecord(new InvalidOperationException($"The script block of -ExpectedLabel failed for '{path}': {e.Message}",
                e),
                "ExpectedLabelFailed", ErrorCategory.InvalidResult, target));
            return [];
        }
        catch (IOException e)
        {
            WriteError(new ErrorRecord(e, "ExpectedLabelFailed", ErrorCategory.InvalidData, target));
            return [];
        }
    }

    private protected override void Prepare(CamModel model, LayerArgument[] given)
    {
        TaskOptions.Demand(model, MyInvocation.BoundParameters);
        (IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods) = LayersAndMethods.Of(model, given, Method);
        if (_explainer is null)
        {
            IgnoredOptions.Warn(this, methods, layers: given.Length > 0);
        }
        ClassChoice choice = Class is not null ? ClassChoice.Of(model, ClassNames.Expand(model, Class)) : Top is { } top
            ? ClassChoice.Top(top) : Detection is not null ? ClassChoice.Numbered(Detection) : ClassChoice.Predicted;
        choice = model.Task == CamTask.Classify ? choice : choice with
        {
            Detections = new DetectionSettings(MinProbability, OverlapThreshold),
            Side = BoxSide?.Value,
            Region = Region is [var x, var y, var width, var height] ? new DetectionBox(x, y, width, height) : null,
        };
        string classes = Class is not null ? $"class {string.Join(", ", Class)}"
            : Top is not null ? model.Task == CamTask.Detect ? $"the {Top} most certain detections" : $"the {Top} most probable classes"
            : Detection is not null ? $"detection {string.Join(", ", Detection)}"
            : model.Task == CamTask.Classify ? "the predicted class" : "whatever is found";
        WriteVerbose($"{model}: {string.Join(", ", methods.Select(method => method.Name))} at {string.Join(", ", layers)} for {classes}" +
            (methods.Any(method => method.DrawsNoise) ? $", seed {Seed}." : "."));
        Smoothing smoothing = (AugSmooth ? Smoothing.Augmentation : Smoothing.None) | (EigenSmooth ? Smoothing.Eigen : Smoothing.None);
        var settings = new MethodSettings(SampleCount, NoiseStd, Seed!.Value, BatchSize)
        {
            Window = Sides(Window),
            Stride = Sides(Stride),
            Baseline = Baseline,
            Relevance = new LrpSettings(Composite.Value, Epsilon, Gamma),
        };
        _choices = new Choices(model, layers, methods, Class, Top, settings, _seedIsGiven, smoothing, choice);
        _explainer = new Explainer(model, layers, methods, choice, settings, smoothing, ShowPasses);
        WriteVerbose($"{model} runs in {_explainer.Compile()}.");
    }

    /// <summary>Height and width, or one number for both.</summary>
    private static Extent? Sides(int[]? given) => given is null ? null : new Extent(given[0], given[^1]);

    /// <summary>
    /// Shows how far a method is that needs many passes for one picture, under the progress of the pictures if there are several.
    /// </summary>
    private void ShowPasses(int done, int of) => WriteProgress(new ProgressRecord(1, "Running the network again", $"{done} of {of} passes")
    {
        ParentActivityId = Pictures.ShowsProgress ? 0 : -1,
        PercentComplete = (int)(100L * done / of),
        RecordType = done == of ? ProgressRecordType.Completed : ProgressRecordType.Processing,
    });

    private void WarnIfUnknown(CamExplanation explanation)
    {
        if (!_warnedOfUnknown && explanation is { Expected: not null, Correct: null })
        {
            _warnedOfUnknown = true;
            CamModel model = explanation.Model;
            string unknown = explanation.Unknown[0];
            string hint = model.Labels.Length == 0 ? "It has no labels; import it with -LabelPath." : NearNames.Hint(unknown, model.Labels);
            WriteWarning($"{explanation.Path ?? "The tensor"}: {model} has no class '{unknown}', so it is neither right nor wrong; " +
                $"Correct is empty. {hint} Further labels of that kind are not announced.");
        }
    }

    private void TellIfNothing(CamExplanation explanation)
    {
        if (!explanation.Found)
        {
            string what = Class is not null ? $"nothing of class {string.Join(", ", Class)}"
                : Detection is not null ? $"no detection {string.Join(", ", Detection)}" : "nothing";
            WriteVerbose($"{explanation.Path ?? "The tensor"}: {explanation.Model} found {what}" + (explanation.Model.Task == CamTask.Detect
                ? string.Create(CultureInfo.InvariantCulture, $" of at least {MinProbability} probability.") : "."));
        }
    }

    private void WarnIfEmpty(CamExplanation explanation)
    {
        // What a detector finds belongs to one of its scales: other layers may well be empty.
        bool mayBeEmpty = explanation is { Box: not null, Fused.IsEmpty: false };
        if (!_warnedOfEmpty && !mayBeEmpty && explanation.Maps.FirstOrDefault(map => map.IsEmpty) is { } empty)
        {
            _warnedOfEmpty = true;
            WriteWarning($"{explanation.Path ?? "The tensor"}: the {explanation.Method} map of '{empty.Layer}' for '{explanation.Label}' " +
                $"is zero everywhere: " +
                "nothing there spoke for that class, and an overlay of it shows the plain photo. Further empty maps are not announced; " +
                "their IsEmpty is true.");
        }
    }
}
