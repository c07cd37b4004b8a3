using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;
using TorchSharp;
using static EasyExplain.PowerShell.Binding.Wildcards;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Measures how far explanations are to be believed, and says which method to believe on a model.</summary>
/// <remarks>
/// <para>A heat map persuades whether or not it is true. This command changes the image as the map says and asks the model again: what
/// matters must cost probability where it is removed, and give it back where it is put in. It gives a row for each explanation, or with
/// -Summary one for each method, the best first.</para>
/// <para>Explanations that are piped in are measured as they are. Images are explained first, as Invoke-CamExplanation would, by -Model,
/// -Layer, -Class and -Method; explanations that are piped in with one of these stand for their images, which are explained anew.</para>
/// <para>Controls are always there, as rows of their own whose IsControl is true: RandomCAM, which weights the channels of the same layer
/// by
/// chance, and CenterGaussian, a spot in the middle that asks no network. A method is better than chance on a model only if the interval
/// of its difference to the better control lies above 0, image by image, whatever took the place of removed pixels. Rankings by a single
/// replacement are not reliable (arXiv 2411.14946), so there are three: the mean colour, a blur, and, for ROAD, the neighbours.</para>
/// <para>Intervals are those of a bootstrap over images, of 95 %. Fewer than ten images are not judged; a hundred and more tell methods
/// apart.</para>
/// <para>Of what a detector found, the probability is that of its class at its candidate, the one of the network's guesses that was kept;
/// where the network itself proposes regions, as Faster R-CNN does, others in each image, it is that of the candidate that is still there,
/// times the overlap of both boxes. Of a segmenter's class it is the mean over the places that are explained. The explanations of one image
/// count in intervals as one. Where a side of a box lies (-BoxSide) has no probability, and the figures that ask for one are null.</para>
/// <para>The figures, of a probability p of what is explained and its value p' for a changed image:</para>
/// <para>AverageDrop: max(0, p − p') / p for the image times the map (Chattopadhay 2018, arXiv 1710.11063). Lower is better.</para>
/// <para>ConfidenceIncrease: 1 where p' is over p for the image times the map (Chattopadhay 2018).</para>
/// <para>Coherency: (r + 1) / 2, with Pearson's r of the map and that of the image times the map (Poppi 2021, arXiv 2104.10252).</para>
/// <para>Complexity: the mean of the map (Poppi 2021). Lower is better.</para>
/// <para>ADCC: the harmonic mean of Coherency, 1 − Complexity and 1 − AverageDrop (Poppi 2021).</para>
/// <para>Deletion: the area under p' while pixels become the mean colour, those of the highest values first (Petsiuk 2018, arXiv
/// 1806.07421). Lower is better.</para>
/// <para>Insertion: the area under p' while the mean colour becomes the image, those of the highest values first (Petsiuk 2018).</para>
/// <para>DeletionBlur, InsertionBlur: the same with the image blurred, 11 × 11 pixels with σ = 5, in place of the mean colour.</para>
/// <para>RoadMoRF, RoadLeRF: the mean of p' − p where 10, 20, … 90 % of the pixels, the most or the least relevant first, are filled from
/// their neighbours with a little noise (Rong 2022, arXiv 2202.00449). ROAD: half of RoadLeRF − RoadMoRF.</para>
/// <para>MuFidelity: Spearman's correlation of the map's sum in random regions and what p loses without them (Bhatt 2020, arXiv
/// 2005.00631; Xplique's grid of 9 × 9 cells, a fifth of them removed).</para>
/// <para>PointingGame: 1 where the map is highest on the object (Zhang 2016, arXiv 1608.00507). Energy: the part of the map that lies on it
/// (Wang 2020, arXiv 1910.01279). Both need -Box or -Mask, and tell nothing of a model that decides by something else. What was found in an
/// image has its own box, which is taken where neither is given.</para>
/// <para>Sparseness: the Gini coefficient of the map (Chalasani 2020, arXiv 1810.06583). Entropy: that of the map as shares, in nats (Bhatt
/// 2020). Neither is good or bad.</para>
/// <para>ParameterRandomization, costly: the mean of Spearman's correlations with the maps of the network as its weights are shuffled, from
/// the first layers on, in four steps (Adebayo 2018, arXiv 1810.03292). RandomLogit, costly: that with the map of another class (Sixt 2020,
/// arXiv 1912.09818). A map that stays alike, near 1, does not depend on what was learnt, or on the class.</para>
/// <para>Stability, costly: the largest change of the map, relative to itself, in eight copies of the image with noise of ±0.1 in units of
/// the normalised input (Yeh 2019, arXiv 1901.09392). Lower is better.</para>
/// <para>A model of Import-CamModel -Precision Int8 is measured in both precisions: each row in Int8 is followed by that of the same map in
/// Float32, each with its own controls, and Precision says which is which. No file is imported twice. With -PassThru, explanations have the
/// figures in Int8 only. Two figures compare both, and -Metric Precision* measures them alone, which takes a few explanations an
/// image.</para>
/// <para>PrecisionCorrelation: Pearson's r of the map in Int8 and that in Float32, for the same class. PrecisionAgreement: 1 where both
/// predict the same class; of a classifier only. Seconds are then those of each method by itself, one precision after the other.</para>
/// <para>The mean colour is 0 in the normalised input: black for models that take pixels from 0 to 1 as they are, as most detectors do.
/// </para>
/// <para>Maps are enlarged bilinearly to the model's input. A signed map counts as it is where its order counts; what speaks against the
/// class counts as 0 where it is laid over the image or an object. Ties are broken by chance, by -Seed, the same way every time; exactly so
/// many pixels are removed. A map that is empty or even everywhere has figures, too: those of pixels by chance.</para>
/// </remarks>
/// <example>
/// <title>Which method for my model?</title>
/// <code>Measure-CamExplanation *.jpg -Model (Import-CamModel) -Method * -Summary</code>
/// <para>A table of methods and controls, the best first, with what each has over chance, by two replacements, and a verdict.</para>
/// </example>
/// <example>
/// <title>One image, a row for each method</title>
/// <code>
/// Measure-CamExplanation ./cat.jpg (Import-CamModel) -Method GradCAM, LayerCAM |
///     Format-Table Method, Insertion, Deletion, ROAD, ADCC
/// </code>
/// <para>Two rows, and one for each control.</para>
/// </example>
/// <example>
/// <title>Explanations as they are</title>
/// <code>
/// Invoke-CamExplanation *.jpg (Import-CamModel) -Layer layer2 -AugSmooth |
///     Measure-CamExplanation -Metric Deletion*, Insertion* -Summary
/// </code>
/// <para>Whatever Invoke-CamExplanation can do is measured, with the layer, smoothing and classes it was told.</para>
/// </example>
/// <example>
/// <title>Is the heat on the object?</title>
/// <code>
/// $boxes = @{ 'cat.jpg' = @{ X = 100; Y = 50; Width = 200; Height = 300 } }
/// Measure-CamExplanation ./cat.jpg (Import-CamModel) -Box $boxes -Metric PointingGame, Energy
/// </code>
/// <para>A CSV file with the columns File, X, Y, Width and Height does as well, and so does a folder of masks with -Mask.</para>
/// </example>
/// <example>
/// <title>Of what a detector finds</title>
/// <code>
/// Invoke-CamExplanation canvas.jpg (Import-CamModel cifar_canvas.onnx) -Method LayerCAM, ODAM |
///     Measure-CamExplanation -Metric Insertion, Deletion, Energy | Format-Table Detection, Label, Method, Insertion, Deletion, Energy
/// </code>
/// <para>A row for each thing that was found and each method, with the part of the map that lies in the thing's own box.</para>
/// </example>
/// <example>
/// <title>An audit with figures</title>
/// <code>Invoke-CamExplanation *.jpg (Import-CamModel) | Measure-CamExplanation -PassThru | Export-CamAudit ./audit.db</code>
/// <para>The explanations go on, each with its figures and those of its controls.</para>
/// </example>
/// <example>
/// <title>Does the map depend on what the network learnt?</title>
/// <code>Measure-CamExplanation ./cat.jpg (Import-CamModel) -Method GradCAM, EigenCAM -Metric ParameterRandomization, RandomLogit</code>
/// <para>Each map is made again, with shuffled weights and for another class.</para>
/// </example>
/// <example>
/// <title>Is Int8 good enough for my photos, and what does it gain?</title>
/// <code>
/// $model = Import-CamModel -Precision Int8 -CalibrationPath .
/// Measure-CamExplanation *.jpg -Model $model -Metric Precision* -Summary
/// </code>
/// <para>LayerCAM in Int8 and in Float32, with how alike the maps are, how often the class is the same, and the seconds of each. Without
/// -Metric, all figures of both.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="ExportCamAuditCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "CamExplanation", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamMeasure), typeof(CamMethodSummary), typeof(CamExplanation))]
public sealed class MeasureCamExplanationCommand() : PictureCmdlet("Measuring explanations", "Nothing was measured")
{
    private readonly List<CamMeasure> _rows = [];
    private readonly HashSet<CamMeasure> _controls = new(ReferenceEqualityComparer.Instance); // of the last photo
    private string? _lastPath;
    private bool _explainsAnew;
    private bool _warnedOfEmpty;
    private Measurer _measurer = null!;
    private KnownObjects _objects = null!;
    private Explainer _explainer = null!; // of the model that was prepared last
    private Choices _choices = null!;     // the same
    private string? _unknowable;          // a figure for which somebody must say where the objects are
    private CamModel? _told;

    /// <summary>
    /// Methods by name or wildcard, such as LayerCAM or *Grad*, as Invoke-CamExplanation takes them; * is all that fit the layers.
    /// RandomCAM
    /// is always there, as a control.
    /// </summary>
    /// <value>LayerCAM</value>
    [Parameter]
    [ArgumentCompleter(typeof(MethodCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Method { get; set; } = [MethodCatalog.Default];

    /// <summary>The classes to explain, by label, wildcard or number; by default the predicted one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClassCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Class { get; set; }

    /// <summary>
    /// The figures, by name or wildcard. By default all but the costly ones: ParameterRandomization, RandomLogit and Stability, which make
    /// each map several times again. Tab completes them, with a line on each. Precision* are those of a model in Int8.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(MetricCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Metric { get; set; }

    /// <summary>Gives a row for each method in place of one for each explanation: means over images, intervals, and a verdict.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>Gives the explanations on, each with its figures in its property Measure, in place of rows.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// Where the objects are: a table of boxes by file, such as @{ 'cat.jpg' = @{ X = 10; Y = 20; Width = 30; Height = 40 } }; the path of
    /// a
    /// CSV file with the columns File, X, Y, Width and Height; or a script block that gets each file as $_ and gives boxes or nothing. In
    /// pixels of the image. A file may have several.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public object? Box { get; set; }

    /// <summary>
    /// A folder with a mask for each image, of the same name with any ending: black is what is not the object. Images without a mask have
    /// no PointingGame and no Energy.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mask { get; set; }

    /// <summary>In how many steps all pixels are deleted or inserted: one pass a step, for each of the four curves.</summary>
    /// <value>10</value>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int StepCount { get; set; } = 10;

    /// <summary>How many random regions MuFidelity removes: one pass each, shared by the explanations of an image.</summary>
    /// <value>100</value>
    [Parameter]
    [ValidateRange(2, 4096)]
    public int RegionCount { get; set; } = 100;

    /// <summary>
    /// The seed of all that is drawn: ties, regions, noise, the random control, the images of an interval, and what methods draw. The same
    /// seed gives the same figures.
    /// </summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long Seed { get; set; }

    /// <summary>How many changed images run at a time. More takes more memory, but never more than about 1 GiB.</summary>
    /// <value>32</value>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int BatchSize { get; set; } = 32;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _measurer?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Exclude(Summary && PassThru, "-Summary and -PassThru exclude each other: take the methods, or the explanations.",
            "SummaryAndPassThru");
        Exclude(Box is not null && Mask is not null, "-Mask and -Box both say where the objects are: give one of them.", "MaskAndBox");
        base.BeginProcessing();
        IDictionary<string, object> given = MyInvocation.BoundParameters;
        _explainsAnew = new[] { nameof(Path), nameof(LiteralPath), nameof(InputTensor), nameof(Model), nameof(Layer), nameof(Class),
            nameof(Method) }.Any(given.ContainsKey);
        IReadOnlyList<CamMetric> metrics = Metric is null ? CamMetric.Usual
            : this.OrFatal(Metric, () => CamMetric.Select(Metric, Wildcard));
        _unknowable = Box is null && Mask is null ? metrics.FirstOrDefault(metric => metric.NeedsObject
            && Metric?.Contains(metric.Name, StringComparer.OrdinalIgnoreCase) == true)?.Name : null;
        _measurer = new Measurer(new MeasureSettings(metrics, StepCount, RegionCount, Seed, BatchSize) { BothPrecisions = !PassThru });
        _objects = new KnownObjects(this, Box is PSObject wrapped ? wrapped.BaseObject : Box, Mask);
        Pictures.Failed = Tell;
        WriteVerbose($"Measuring {string.Join(", ", metrics)}.");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_explainsAnew || InputObject?.BaseObject is not CamExplanation explanation)
        {
            base.ProcessRecord();
            return;
        }
        object target = (object?)explanation.Path ?? explanation;
        if (!explanation.Found)
        {
            Write([Unmeasured(explanation)]);
            return;
        }
        if (explanation.Maps.Length == 0)
        {
            WriteError(new ErrorRecord(
                new NotSupportedException(
                    $"'{explanation.Path}' was passed over by -SkipExisting, so there is no map to measure; explain it without " +
                    "-SkipExisting."),
                "PassedOver", ErrorCategory.InvalidOperation, target));
            return;
        }
        Demand(explanation.Model);
        Write(Pictures.Do<CamExplanation>(explanation.Model, target, cancel => [Measured(explanation, null, cancel)]));
        Pictures.EndIfAsked();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Summary && _rows.Count > 0)
        {
            IReadOnlyList<CamMethodSummary> summaries = MethodSummaries.Of(_rows, Seed);
            bool areTwo = summaries.DistinctBy(summary => summary.Precision).Count() > 1;
            WriteObject(summaries.Select(summary => PrecisionView.Of(summary, areTwo)), enumerateCollection: true);
            if (MethodSummaries.Disagreement(summaries) is { } disagreement)
            {
                WriteWarning(disagreement);
            }
        }
    }

    private protected override void Prepare(CamModel model, LayerArgument[] given)
    {
        DemandObject(model);
        Measurer.Demand(model);
        (IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> chosen) = LayersAndMethods.Of(model, given, Method);
        IReadOnlyList<CamMethod> methods = [.. chosen.Where(method => method.Name != RandomCAM.Method.Name)];
        methods = methods.Count > 0 ? methods : chosen; // whoever asks for the control alone has it
        ClassChoice choice = Class is null ? ClassChoice.Predicted : ClassChoice.Of(model, ClassNames.Expand(model, Class));
        MethodSettings settings = MapAgain.UsualSettings with { Seed = Seed, BatchSize = BatchSize };
        _choices = new Choices(model, layers, methods, Class, null, settings, SeedIsGiven: true, Smoothing.None);
        _explainer = new Explainer(model, layers, methods, choice, settings);
        WriteVerbose($"{model}: {string.Join(", ", methods.Select(method => method.Name))} at {string.Join(", ", layers)} for " +
            $"{(Class is null ? "the predicted class" : $"class {string.Join(", ", Class)}")}, seed {Seed}.");
        TellPasses(model);
        WriteVerbose($"{model} runs in {_explainer.Compile()}.");
    }

    private protected override void Calibrated(CamModel model)
    {
        _choices = _choices.Anew();
        WriteVerbose($"{model} runs in {_explainer.Compile()}.");
    }

    private protected override void TellFloat32(string message) => WriteWarning(message);

    private protected override void LookAt(CamModel model, torch.Tensor tensor) =>
        Write(Pictures.Do(model, tensor, cancel => Measured(_explainer.Explain(tensor, cancel), tensor, cancel)));

    private protected override void LookAt(CamModel model, NamedPhotos photos)
    {
        foreach ((string file, Func<(Photo, string)>? read, int? left) in Pictures.Each(
            photos, file => (CamPicture.Decode(file, model), _choices.IdOf(file))))
        {
            Write(Pictures.Do(model, file, cancel =>
            {
                (Photo photo, string id) = read!();
                IReadOnlyList<CamExplanation> found = _explainer.Explain(Pictures.Announce(photo, file), file, cancel);
                return Measured(Request.Answered(id, found, _choices.Question), null, cancel);
            }, left));
        }
    }

    private CamExplanation[] Measured(IReadOnlyList<CamExplanation> explanations, torch.Tensor? input, CancellationToken cancel)
    {
        var measured = new CamExplanation[explanations.Count];
        for (int i = 0; i < measured.Length; i++)
        {
            if (measured.Length > 1)
            {
                ShowMaps(explanations[i].Method, i, measured.Length);
            }
            measured[i] = Measured(explanations[i], input, cancel);
        }
        if (measured.Length > 1)
        {
            ShowMaps("", measured.Length, measured.Length);
        }
        return measured;
    }

    private CamExplanation Measured(CamExplanation explanation, torch.Tensor? input, CancellationToken cancel) => explanation.Found
        ? _measurer.Measure(explanation, _objects.Of(explanation), input, cancel) : Unmeasured(explanation);

    private CamExplanation Unmeasured(CamExplanation explanation)
    {
        WriteVerbose($"Nothing was found in '{explanation.Path}', so there is no map to measure.");
        return explanation;
    }

    private void Write(IReadOnlyList<CamExplanation> measured)
    {
        foreach (CamExplanation explanation in measured)
        {
            this.WarnIfSlower(explanation.Model);
            if (PassThru)
            {
                WarnIfEmpty(explanation);
                WriteObject(ExpectedView.Of(explanation));
                continue;
            }
            if (explanation.Measure is not { } row)
            {
                continue;
            }
            WarnIfEmpty(explanation);
            if (explanation.Path is null || explanation.Path != _lastPath)
            {
                _controls.Clear();
                _lastPath = explanation.Path;
            }
            CamMeasure[] own = row.InFloat32 is { } other ? [row, other] : [row];
            foreach (CamMeasure one in (CamMeasure[])[.. own, .. own.SelectMany(each => each.Controls).Where(_controls.Add)])
            {
                Write(one, areTwo: own.Length > 1);
            }
        }
    }

    private void Write(CamMeasure row, bool areTwo)
    {
        if (Summary)
        {
            _rows.Add(row);
        }
        else
        {
            WriteObject(PrecisionView.Of(row, areTwo));
        }
    }

    /// <summary>Ends a pipeline whose explanations are of a model without probabilities.</summary>
    private void Demand(CamModel model)
    {
        if (_told != model)
        {
            DemandObject(model);
            this.OrFatal(model, () =>
            {
                Measurer.Demand(model);
                return model;
            });
            TellPasses(model);
            if (model.AwaitsPictures)
            {
                WriteWarning($"The explanations of {model} were computed in float32, so that there is no Int8 to measure: it knows no " +
                    "scales yet. Import it with -CalibrationPath.");
            }
            _told = model;
        }
    }

    /// <summary>Only what was found in an image has a place of its own.</summary>
    private void DemandObject(CamModel model) => Exclude(_unknowable is not null && model.Task == CamTask.Classify,
        $"{_unknowable} must know where the objects are: give -Box or -Mask.", "ObjectMissing");

    private void TellPasses(CamModel model) => WriteVerbose(
        $"{model}: {_measurer.PassesEach} passes for each map, as many for each of two controls, and {_measurer.PassesShared + 3} " +
        $"for each image, up to {BatchSize} at a time.");

    private void ShowMaps(string method, int done, int of) =>
        WriteProgress(new ProgressRecord(1, "Measuring maps", $"{done} of {of}: {method}")
        {
            ParentActivityId = Pictures.ShowsProgress ? 0 : -1,
            PercentComplete = (int)(100L * done / of),
            RecordType = done == of ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });

    private void WarnIfEmpty(CamExplanation explanation)
    {
        if (!_warnedOfEmpty && explanation.Found && explanation.Map.IsEmpty)
        {
            _warnedOfEmpty = true;
            WriteWarning($"{explanation.Path ?? "The tensor"}: the {explanation.Method} map for '{explanation.Label}' is zero " +
                "everywhere, so that pixels are removed by chance. Further empty maps are not announced.");
        }
    }

    /// <summary>Tells an audit further down the pipeline of a picture that failed.</summary>
    private void Tell(object target, ErrorRecord error)
    {
        if (target is string file && _choices is not null && FailureListeners.Any)
        {
            FailureListeners.Tell(
                new FailedImage(file, null, _choices.Model, string.Join(", ", _choices.Methods.Select(method => method.Name)),
                    [.. _choices.Layers.Select(layer => layer.Name)], error.FullyQualifiedErrorId, error.Exception.Message,
                    _choices.Question),
                error);
        }
    }

    private void Exclude(bool wrong, string message, string id)
    {
        if (wrong)
        {
            ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), id, ErrorCategory.InvalidArgument, null));
        }
    }
}
