using System.IO.Compression;
using System.Text;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Import;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Tests.Import.Onnx;
using EasyExplain.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import;

/// <summary>What a model ends in: its probabilities are those that it gives itself, its scores are the logits before them.</summary>
public sealed class HeadTests : IDisposable
{
    private const int Classes = 5;
    private const int Side = 8;

    private static readonly (string Name, long Opset, Activation Activation, Action<OnnxBytes> Add)[] Endings =
    [
        ("Softmax of 4-D", 13, Activation.Softmax, g => g.Node("Softmax", ["g"], ["y"], "", ("axis", 1L))),
        ("Softmax, default axis of opset 7", 7, Activation.Softmax, g => g.Node("Softmax", ["g"], ["y"])),
        ("Softmax, default axis of opset 11", 11, Activation.Softmax, g => g.Node("Softmax", ["g"], ["y"])),
        ("Softmax, negative axis", 13, Activation.Softmax, g => g.Node("Softmax", ["g"], ["y"], "", ("axis", -3L))),
        ("Softmax, Flatten", 13, Activation.Softmax, g => g.Node("Softmax", ["g"], ["s"], "", ("axis", 1L)).Node("Flatten", ["s"], ["y"])),
        ("Softmax, Reshape", 13, Activation.Softmax, g =>
            g.Integers("t", [2], 0, -1).Node("Softmax", ["g"], ["s"], "", ("axis", 1L)).Node("Reshape", ["s", "t"], ["y"])),
        ("Softmax, Squeeze", 13, Activation.Softmax, g =>
            g.Integers("t", [2], 2, 3).Node("Softmax", ["g"], ["s"], "", ("axis", 1L)).Node("Squeeze", ["s", "t"], ["y"])),
        ("Softmax, Transpose, Squeeze", 13, Activation.Softmax, g =>
            g.Integers("t", [2], 1, 2).Node("Softmax", ["g"], ["s"], "", ("axis", 1L))
            .Node("Transpose", ["s"], ["p"], "", ("perm", new long[] { 0, 2, 3, 1 })).Node("Squeeze", ["p", "t"], ["y"])),
        ("Transpose, Softmax of the last axis", 13, Activation.Softmax, g =>
            g.Node("Transpose", ["g"], ["p"], "", ("perm", new long[] { 0, 2, 3, 1 })).Node("Softmax", ["p"], ["y"])),
        ("Softmax of 3-D, ReduceMean over one", 13, Activation.Softmax, g =>
            g.Integers("t", [3], 0, 1, -1).Node("Reshape", ["g", "t"], ["r"]).Node("Softmax", ["r"], ["s"])
            .Node("ReduceMean", ["s"], ["y"], "", ("axes", new long[] { 1 }), ("keepdims", 0L))),
        ("Exp, ReduceSum, Div", 13, Activation.Softmax, g =>
            g.Integers("a", [1], 1).Node("Exp", ["g"], ["e"]).Node("ReduceSum", ["e", "a"], ["s"], "", ("keepdims", 1L))
            .Node("Div", ["e", "s"], ["y"])),
        ("ReduceMax, Sub, Exp, ReduceSum, Div of opset 11", 11, Activation.Softmax, g =>
            g.Node("Flatten", ["g"], ["f"]).Node("ReduceMax", ["f"], ["m"], "", ("axes", new long[] { 1 }), ("keepdims", 1L))
            .Node("Sub", ["f", "m"], ["d"]).Node("Exp", ["d"], ["e"])
            .Node("ReduceSum", ["e"], ["s"], "", ("axes", new long[] { 1 }), ("keepdims", 1L)).Node("Div", ["e", "s"], ["y"])),
        ("Exp, ReduceSum without keepdims, Unsqueeze, Div", 13, Activation.Softmax, g =>
            g.Integers("a", [1], 1).Node("Flatten", ["g"], ["f"]).Node("Exp", ["f"], ["e"])
            .Node("ReduceSum", ["e", "a"], ["s"], "", ("keepdims", 0L)).Node("Unsqueeze", ["s", "a"], ["u"])
            .Node("Div", ["e", "u"], ["y"])),
        ("Exp, ReduceSum, Reciprocal, Mul", 13, Activation.Softmax, g =>
            g.Integers("a", [1], 1).Node("Exp", ["g"], ["e"]).Node("ReduceSum", ["e", "a"], ["s"]).Node("Reciprocal", ["s"], ["r"])
            .Node("Mul", ["r", "e"], ["y"])),
        ("LogSoftmax, Exp", 13, Activation.Softmax, g => g.Node("LogSoftmax", ["g"], ["l"], "", ("axis", 1L)).Node("Exp", ["l"], ["y"])),
        ("Sub of ReduceLogSumExp, Exp", 13, Activation.Softmax, g =>
            g.Node("Flatten", ["g"], ["f"]).Node("ReduceLogSumExp", ["f"], ["t"], "", ("axes", new long[] { 1 }), ("keepdims", 1L))
            .Node("Sub", ["f", "t"], ["l"]).Node("Exp", ["l"], ["y"])),
        ("Softmax on a grid of 1/256, as ONNX Runtime's quantiser writes it", 13, Activation.Softmax, g =>
            g.Weight("s", [], 1 / 256f).Raw("z", 2, [], [0]).Node("Flatten", ["g"], ["f"]).Node("Softmax", ["f"], ["p"])
            .Node("QuantizeLinear", ["p", "s", "z"], ["q"]).Node("DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("Softmax, Clip", 13, Activation.Softmax, g =>
            g.Weight("low", [], 1e-7f).Weight("high", [], 1 - 1e-7f).Node("Softmax", ["g"], ["s"], "", ("axis", 1L))
            .Node("Clip", ["s", "low", "high"], ["y"])),
        ("Sigmoid", 13, Activation.Sigmoid, g => g.Node("Flatten", ["g"], ["f"]).Node("Sigmoid", ["f"], ["y"])),
        ("Sigmoid of 4-D, Flatten", 13, Activation.Sigmoid, g => g.Node("Sigmoid", ["g"], ["s"]).Node("Flatten", ["s"], ["y"])),
        ("Neg, Exp, Add, Reciprocal", 13, Activation.Sigmoid, g =>
            g.Weight("one", [], 1).Node("Neg", ["g"], ["n"]).Node("Exp", ["n"], ["e"]).Node("Add", ["e", "one"], ["a"])
            .Node("Reciprocal", ["a"], ["y"])),
        ("Exp, 1 / (1 + exp)", 13, Activation.Sigmoid, g =>
            g.Weight("one", [], 1).Node("Neg", ["g"], ["n"]).Node("Exp", ["n"], ["e"]).Node("Add", ["one", "e"], ["a"])
            .Node("Div", ["one", "a"], ["y"])),
        ("a Sigmoid for each of several heads, Concat", 13, Activation.Sigmoid, g =>
            g.Integers("parts", [2], 2, 3).Node("Flatten", ["g"], ["f"]).Node("Split", ["f", "parts"], ["a", "b"], "", ("axis", 1L))
            .Node("Sigmoid", ["a"], ["sa"]).Node("Sigmoid", ["b"], ["sb"]).Node("Concat", ["sa", "sb"], ["y"], "", ("axis", 1L))),
    ];

    private static readonly (string Code, Activation Activation)[] ScriptEndings =
    [
        ("torch.flatten(torch.softmax(g, 1), 1)", Activation.Softmax),
        ("torch.squeeze(torch.squeeze(torch.softmax(g, 1), 3), 2)", Activation.Softmax),
        ("torch.reshape(torch.softmax(g, 1), [-1, 5])", Activation.Softmax),
        ("torch.view(torch.softmax(g, 1), [-1, 5])", Activation.Softmax),
        ("torch.softmax(torch.flatten(g, 1), -1)", Activation.Softmax),
        ("torch.div(torch.exp(g), torch.sum(torch.exp(g), [1], True))", Activation.Softmax),
        ("torch.exp(torch.log_softmax(torch.flatten(g, 1), 1))", Activation.Softmax),
        ("torch.div(torch.exp(torch.sub(g, torch.amax(g, [1], True))), torch.sum(torch.exp(torch.sub(g, torch.amax(g, [1], True))), [1], " +
            "True))", Activation.Softmax),
        ("torch.exp(torch.sub(g, torch.logsumexp(g, [1], True)))", Activation.Softmax),
        ("torch.rsub(torch.sigmoid(torch.neg(torch.flatten(g, 1))), 1)", Activation.Sigmoid),
        ("torch.mean(torch.softmax(g, 1), [2, 3])", Activation.Softmax),
        ("torch.sigmoid(torch.flatten(g, 1))", Activation.Sigmoid),
        ("torch.flatten(torch.sigmoid(g), 1)", Activation.Sigmoid),
        ("torch.flatten(torch.reciprocal(torch.add(torch.exp(torch.neg(g)), 1)), 1)", Activation.Sigmoid),
    ];

    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    public static TheoryData<string> Names => [.. Endings.Select(ending => ending.Name)];

    public static TheoryData<string, Activation> Scripts
    {
        get
        {
            var data = new TheoryData<string, Activation>();
            foreach (var (code, activation) in ScriptEndings)
            {
                data.Add(code, activation);
            }
            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOnnxFilesProbabilities_AreItsOwn_AndScoresAreItsLogits(string name)
    {
        (_, long opset, Activation activation, Action<OnnxBytes> add) = Endings.Single(ending => ending.Name == name);
        string whole = Write("whole", opset, g => add(g), "y"), logits = Write("logits", opset, _ => { }, "g");
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Picture();
        using CamModel model = ModelImporter.Import(whole, Plain, _ => { });
        Assert.Equal(activation, model.Activation);
        AssertSays(model, picture, OnnxReference.Run(whole, picture), OnnxReference.Run(logits, picture),
            name.Contains("grid", StringComparison.Ordinal) ? 1 / 512f : 1e-5f);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void ATorchScriptFilesProbabilities_AreItsOwn_AndScoresAreItsLogits(string ending, Activation activation)
    {
        const string Body = "    g = torch.mean(torch.cat([x, torch.neg(torch.narrow(x, 1, 0, 2))], 1), [2, 3], True)\n";
        string path = Path.Combine(_folder, "model.pt");
        PickleBuilder pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("training").Raw([0x89])
            .Raw("sb");
        string Code(string result) => Body + $"    return {result}\n";
        File.WriteAllBytes(path, PickleBuilder.Zip(pickle.Bytes,
            ("archive/code/__torch__.py", Encoding.UTF8
                .GetBytes("class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n"
                + Code(ending)), CompressionLevel.NoCompression),
            ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression)));
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Picture();
        float[] Right(string result)
        {
            using jit.CompilationUnit unit = jit.compile("def f(x):\n" + Code(result) + "\n");
            return ((Tensor)unit.invoke("f", picture)!).contiguous().data<float>().ToArray();
        }
        // No layer of it has height and width but what the picture itself is cut into, so that the network alone can be asked.
        using var file = EasyExplain.Import.TorchScript.TorchScriptFile.Open(path);
        var followed = file.ToNetwork(3, Side, Side, new OutputChoice(path, null, _ => false, _ => { }), _ => { });
        using Network network = followed.Network;
        Assert.Equal(activation, followed.Activation);
        Tensor logits = Executor.Run(network, picture, [], track: false).Logits;
        Assert.Equal(Right("torch.flatten(g, 1)"), logits.contiguous().data<float>().ToArray(), Near);
        Assert.Equal(Right(ending), activation.Of(logits).contiguous().data<float>().ToArray(), Near);
    }

    [Fact]
    public void OneNumberAPicture_WithoutAnotherDimension_IsAYesOrNo()
    {
        string path = Write("squeezed", 13, g =>
            g.Integers("a", [3], 1, 2, 3).Node("ReduceSum", ["g", "a"], ["s"], "", ("keepdims", 0L)).Node("Sigmoid", ["s"], ["y"]), "y");
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Picture();
        using CamModel model = ModelImporter.Import(path, Plain, _ => { });
        Assert.Equal((Activation.Sigmoid, 1), (model.Activation, model.ClassCount));
        Assert.Equal(OnnxReference.Run(path, picture)[0], Explain(model, picture, ClassChoice.Predicted).Single().Probability, 1e-5);
    }

    [Fact]
    public void ASoftmaxOfASoftmax_IsWhatTheModelDoes()
    {
        string twice = Write("twice", 13, g =>
            g.Node("Flatten", ["g"], ["f"]).Node("Softmax", ["f"], ["s"]).Node("Softmax", ["s"], ["y"]), "y");
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Picture();
        using CamModel model = ModelImporter.Import(twice, Plain, _ => { });
        AssertSays(model, picture, OnnxReference.Run(twice, picture), null);
    }

    [Fact]
    public void AYesOrNo_WrittenAsTwoProbabilities_IsOfTwoLogits()
    {
        string path = Write("pair", 13, g =>
            g.Integers("parts", [2], 1, 4).Weight("one", [], 1).Node("Flatten", ["g"], ["f"])
            .Node("Split", ["f", "parts"], ["z", "rest"], "", ("axis", 1L))
            .Node("Sigmoid", ["z"], ["p"]).Node("Sub", ["one", "p"], ["q"]).Node("Concat", ["q", "p"], ["y"], "", ("axis", 1L)), "y");
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = Picture();
        using CamModel model = ModelImporter.Import(path, Plain, _ => { });
        float[] own = OnnxReference.Run(path, picture);
        CamExplanation[] both = Explain(model, picture, ClassChoice.Of(model, "0", "1"));
        Assert.All(both, explanation => Assert.Equal(own[explanation.Class], explanation.Probability, 1e-5));
        Assert.Equal(-both[0].Score, both[1].Score, 1e-5);
        Assert.Single(both[0].Predicted);
    }

    [Theory]
    [InlineData("softmax/b_4d_softmax.onnx", 0.9647)]
    [InlineData("softmax/s05_softmax4d_flat.onnx", 1.0000)]
    [InlineData("softmax/s06_softmax4d_reshape.onnx", 1.0000)]
    [InlineData("softmax/s03_softmax4d_o7.onnx", 1.0000)]
    [InlineData("heads/c_2d_sigmoid.onnx", 0.9646)]
    public void APublicUsersFile_SaysOfTheCat_WhatOnnxRuntimeSays(string file, double probability)
    {
        using CamModel model = ModelImporter.Import(Case(file), new ModelOptions(), _ => { });
        CamExplanation[] all = ExplainCat(model, ClassChoice.Top(Classes));
        Assert.Equal(probability, all[0].Probability, 0.0001);
        using DisposeScope scope = NewDisposeScope();
        float[] right = OnnxReference.Run(Case(file), model.Preprocessing.ToInput(CamPicture.Decode(Repository.Photo("cat.jpg"), model)));
        Assert.All(all, explanation => Assert.Equal(right[explanation.Class], explanation.Probability, 1e-5));
    }

    [Fact]
    public void ASoftmaxThatIsLeftOut_ChangesNoMap()
    {
        using CamModel plain = ModelImporter.Import(Case("softmax/a_4d_no_softmax.onnx"), new ModelOptions(), _ => { });
        using CamModel ended = ModelImporter.Import(Case("softmax/b_4d_softmax.onnx"), new ModelOptions(), _ => { });
        CamExplanation right = ExplainCat(plain, ClassChoice.Predicted, "relu2").Single(),
            found = ExplainCat(ended, ClassChoice.Predicted, "relu2").Single();
        Assert.Equal(right.Score, found.Score, 1e-4);
        Assert.Equal(right.Map.ToArray().Cast<float>(), found.Map.ToArray().Cast<float>());
    }

    [Fact]
    public void Sigmoids_AreClassesThatAreEachThereOrNot()
    {
        double[] right = [0.9646, 0.0260, 0.3383, 0.0834, 0.2681];
        using CamModel model = ModelImporter.Import(Case("heads/c_2d_sigmoid.onnx"),
            new ModelOptions { Labels = ["ant", "bee", "cat", "dog", "elk"] }, _ => { });
        CamExplanation[] all = ExplainCat(model, ClassChoice.Top(5));
        Assert.Equal([0, 2, 4, 3, 1], all.Select(explanation => explanation.Class));
        Assert.All(all, explanation => Assert.Equal(right[explanation.Class], explanation.Probability, 0.0005));
        Assert.Equal(3.306, all[0].Score, 0.001);
        Assert.Equal(["ant"], all[0].Predicted);
        Assert.Equal([0], ExplainCat(model, ClassChoice.Predicted).Select(explanation => explanation.Class));
    }

    [Fact]
    public void EveryClassAtOrAboveAHalf_IsPredicted_OrElseTheHighest()
    {
        string many = Write("many", 13, g =>
            g.Weight("shift", [1, 5], 9, 0, 9, 0, 0).Node("Flatten", ["g"], ["f"]).Node("Add", ["f", "shift"], ["l"])
            .Node("Sigmoid", ["l"], ["y"]), "y");
        string none = Write("none", 13, g =>
            g.Weight("shift", [], -9).Node("Flatten", ["g"], ["f"]).Node("Add", ["f", "shift"], ["l"]).Node("Sigmoid", ["l"], ["y"]), "y");
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = zeros(1, 3, Side, Side); // all five logits are 0 before the shift
        using CamModel some = ModelImporter.Import(many, Plain with { Labels = ["ant", "bee", "cat", "dog", "elk"] }, _ => { });
        CamExplanation[] predicted = Explain(some, picture, ClassChoice.Predicted);
        Assert.Equal([0, 2, 1, 3, 4], predicted.Select(explanation => explanation.Class)); // exactly a half is predicted, too
        using CamModel empty = ModelImporter.Import(none, Plain, _ => { });
        Assert.Single(Explain(empty, picture, ClassChoice.Predicted));
    }

    [Theory]
    [InlineData(true, "ant, cat, bee, dog, elk")]
    [InlineData(false, "ant")]
    [InlineData(false, "ant, bee, cat, dog")]
    [InlineData(null, "ant, wolf")]
    public void OfClassesThatAreEachThereOrNot_ThePredictionIsRight_IfItIsAllThatIsExpected(bool? correct, string expected)
    {
        string many = Write("many", 13, g =>
            g.Weight("shift", [], 9).Node("Flatten", ["g"], ["f"]).Node("Add", ["f", "shift"], ["l"]).Node("Sigmoid", ["l"], ["y"]), "y");
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = ModelImporter.Import(many, Plain with { Labels = ["ant", "bee", "cat", "dog", "elk"] }, _ => { });
        CamExplanation explanation = Explain(model, zeros(1, 3, Side, Side), ClassChoice.Predicted)[0].Expecting(expected.Split(", "));
        Assert.Equal((expected, correct), (explanation.Expected, explanation.Correct));
    }

    [Fact]
    public void OfClassesThatExcludeEachOther_ThePredictionIsRight_IfItIsAmongThoseExpected()
    {
        using CamModel model = ModelImporter.Import(Case("heads/d_2d_logits.onnx"),
            new ModelOptions { Labels = ["ant", "bee", "cat", "dog", "elk"] }, _ => { });
        CamExplanation explanation = ExplainCat(model, ClassChoice.Predicted).Single();
        CamExplanation right = explanation.Expecting("dog", "ant"), wrong = explanation.Expecting("dog", "elk");
        Assert.Equal(("dog, ant", true), (right.Expected, right.Correct));
        Assert.Equal(("dog, elk", false), (wrong.Expected, wrong.Correct));
        Assert.Null(explanation.Expected); // what was made stays as it is
    }

    [Fact]
    public void OneOutput_IsAYesOrNo()
    {
        using CamModel model = ModelImporter.Import(Case("heads/e_one_sigmoid_neg.onnx"), new ModelOptions(), _ => { });
        CamExplanation explanation = ExplainCat(model, ClassChoice.Predicted).Single();
        Assert.Equal(0.0193, explanation.Probability, 0.0002);
        Assert.Equal(Math.Log(0.0193 / 0.9807), explanation.Score, 0.02);
    }

    [Fact]
    public void OneOutputWithTwoLabels_IsTheSecondWhereItsLogitIsPositive_ElseTheFirst()
    {
        using CamModel one = ModelImporter.Import(Case("heads/e_one_sigmoid_neg.onnx"), new ModelOptions(), _ => { });
        using CamModel model = ModelImporter.Import(Case("heads/e_one_sigmoid_neg.onnx"), new ModelOptions { Labels = ["no cat", "cat"] },
            _ => { });
        CamExplanation yes = ExplainCat(model, ClassChoice.Of(model, "cat")).Single(),
            no = ExplainCat(model, ClassChoice.Predicted).Single();
        Assert.Equal((2, "no cat"), (model.ClassCount, no.Label));
        Assert.Equal((0.9807, 0.0193), (no.Probability, yes.Probability), (a, b) =>
            Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 0.0004);
        Assert.Equal(-no.Score, yes.Score, 1e-6);
        // What speaks for yes is what speaks for the output, and what speaks for no speaks against it.
        float[] output = [.. ExplainCat(one, ClassChoice.Predicted, method: "HiResCAM").Single().Map.ToArray().Cast<float>()];
        Assert.Equal(output, ExplainCat(model, ClassChoice.Of(model, "cat"), method: "HiResCAM").Single().Map.ToArray().Cast<float>(),
            Near);
        float[] Cam(CamModel of, string label) =>
            [.. ExplainCat(of, ClassChoice.Of(of, label), method: "CAM").Single().Map.ToArray().Cast<float>()];
        Assert.Equal(Cam(one, "0"), Cam(model, "cat"), Near);
        Assert.Equal(Cam(one, "0").Select(value => 1 - value), Cam(model, "no cat"), Near); // a map of no ReLU, upside down
        Assert.NotEqual(output, ExplainCat(model, ClassChoice.Of(model, "no cat"), method: "HiResCAM").Single().Map.ToArray().Cast<float>(),
            Near);
    }

    [Fact]
    public void TwoLabelsBesideOneOutput_AreUsed_AndNothingElseIsSaid()
    {
        string path = Path.Combine(_folder, "one.onnx");
        File.Copy(Case("heads/e_one_sigmoid_neg.onnx"), path);
        File.WriteAllLines(Path.Combine(_folder, "labels.txt"), ["no cat", "cat"]);
        List<string> said = [];
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), said.Add);
        Assert.Equal(["no cat", "cat"], model.Labels);
        Assert.DoesNotContain(said, sentence => sentence.Contains("not used", StringComparison.Ordinal));
    }

    [Fact]
    public void AModelThatOnlyHasLogits_TakesAnActivation()
    {
        string path = Case("heads/d_2d_logits.onnx");
        using CamModel softmax = ModelImporter.Import(path, new ModelOptions(), _ => { });
        using CamModel sigmoid = ModelImporter.Import(path, new ModelOptions { Activation = Activation.Sigmoid }, _ => { });
        using CamModel none = ModelImporter.Import(path, new ModelOptions { Activation = Activation.None }, _ => { });
        CamExplanation a = ExplainCat(softmax, ClassChoice.Of(softmax, "2")).Single(),
            b = ExplainCat(sigmoid, ClassChoice.Of(sigmoid, "2")).Single(), c = ExplainCat(none, ClassChoice.Of(none, "2")).Single();
        Assert.Equal([a.Score, a.Score], [b.Score, c.Score]);
        Assert.Equal(1 / (1 + Math.Exp(-b.Score)), b.Probability, 1e-6);
        Assert.True(double.IsNaN(c.Probability));
        Assert.Equal("2", c.Predictions.Single(prediction => prediction.Class == 2).ToString());
        Assert.Equal(0, ExplainCat(none, ClassChoice.Predicted).Single().Class);
    }

    [Theory]
    [InlineData("softmax/b_4d_softmax.onnx", Activation.Sigmoid, "ends in a softmax itself")]
    [InlineData("heads/c_2d_sigmoid.onnx", Activation.None, "ends in sigmoids itself")]
    public void AnActivationThatTheFileContradicts_IsRefused(string file, Activation activation, string why)
    {
        var error = Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(Case(file), new ModelOptions { Activation = activation }, _ => { }));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{activation} ", error.Message, StringComparison.Ordinal);
        Assert.Equal((Remedy.LeaveOutValue, "Activation"), (error.Remedy, error.About));
    }

    [Fact]
    public void ASoftmaxOfOneOutput_IsRefused()
    {
        string path = Write("one", 13, g => g.Weight("v", [1, 5, 1, 1], 1, 2, 3, 4, 5).Node("Conv", ["g", "v"], ["y"]), "y");
        Assert.Contains("one output", Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(path, Plain with { Activation = Activation.Softmax }, _ => { })).Message, StringComparison.Ordinal);
        using CamModel model = ModelImporter.Import(path, Plain, _ => { });
        Assert.Equal(Activation.Sigmoid, model.Activation);
    }

    [Fact]
    public void FinerCAM_WeighsTheOtherClasses_ByTheirOwnProbabilities()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 1, -2, 3, 0 }).unsqueeze(0);
        double[] z = [1, -2, 3, 0];
        double Sigmoid(int i) => 1 / (1 + Math.Exp(-z[i]));
        double right = (Sigmoid(1) * (z[2] - z[1]) + Sigmoid(3) * (z[2] - z[3])) / (Sigmoid(1) + Sigmoid(3));
        Assert.Equal(right, MethodCatalog.Find("FinerCAM").Score!(logits, Activation.Sigmoid.Of(logits), 2, [1, 3]).item<float>(), 1e-5);
    }

    [Fact]
    public void ANetworkWithoutAClassifier_IsExplainedByMethodsThatNeedNoClass()
    {
        // A residual sum, a ReLU, an average: what comes out are features.
        string path = Write("backbone", 8, g =>
            g.Weight("v", [5, 5, 1, 1], [.. Enumerable.Range(0, 25).Select(i => i % 6 / 5f)]).Node("Conv", ["c", "v"], ["d"])
            .Node("Add", ["c", "d"], ["a"]).Node("Relu", ["a"], ["r"]).Node("GlobalAveragePool", ["r"], ["features"]), "features");
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = ModelImporter.Import(path, Plain, _ => { });
        Assert.Equal(0, model.ClassCount);
        CamExplanation explanation = new Explainer(model, [model.Layers.Single(layer => layer.Name == model.DefaultLayer)],
            [MethodCatalog.Find("EigenCAM")], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1))
            .Explain(Picture()).Single();
        Assert.False(explanation.Map.IsEmpty);
        Assert.Equal((-1, "", 0), (explanation.Class, explanation.Label, explanation.Predictions.Length));
        string why = Assert.Throws<SelectionException>(() =>
            new Explainer(model, [model.Layers.Single(layer => layer.Name == model.DefaultLayer)], [MethodCatalog.Find("GradCAM")],
            ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1))).Message;
        Assert.Contains("EigenCAM, KPCACAM, FEM, RandomCAM need no class", why, StringComparison.Ordinal);
        Assert.Throws<SelectionException>(() => ClassChoice.Of(model, "0"));
        using CamModel told = ModelImporter.Import(path, Plain with { Labels = ["ant", "bee", "cat", "dog", "elk"] }, _ => { });
        Assert.Equal(5, told.ClassCount);
    }

    private static ModelOptions Plain => new() { InputSize = [Side], Mean = [0, 0, 0], Std = [1, 1, 1] };

    private static IEqualityComparer<float> Near { get; } = EqualityComparer<float>.Create((a, b) => Math.Abs(a - b) < 1e-5f);

    private static Tensor Picture() => randn([1, 3, Side, Side], generator: new Generator(5));

    private static string Case(string file) => Repository.Data("cases", file);

    private static CamExplanation[] Explain(CamModel model, Tensor picture, ClassChoice choice) =>
        [.. new Explainer(model, [model.Layers.Single(layer => layer.Name == model.DefaultLayer)], [MethodCatalog.Find("LayerCAM")], choice,
            new MethodSettings(1, 0, 0, 1)).Explain(picture)];

    private static CamExplanation[] ExplainCat(CamModel model, ClassChoice choice, string? layer = null, string method = "GradCAM")
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. new Explainer(model, LayerSelection.Select(model, [layer ?? model.DefaultLayer]), [MethodCatalog.Find(method)], choice,
            new MethodSettings(1, 0, 0, 1))
            .Explain(CamPicture.Decode(Repository.Photo("cat.jpg"), model), "cat.jpg")];
    }

    /// <summary>The probabilities of all classes, and the score of each.</summary>
    private static void AssertSays(CamModel model, Tensor picture, float[] probabilities, float[]? logits, float tolerance = 1e-5f)
    {
        CamExplanation[] all = Explain(model, picture, ClassChoice.Top(Classes));
        Assert.Equal(Classes, all.Length);
        Assert.All(all, explanation => Assert.Equal(probabilities[explanation.Class], explanation.Probability, tolerance));
        Assert.All(logits is null ? [] : all, explanation => Assert.Equal(logits![explanation.Class], explanation.Score, 1e-4));
    }

    /// <summary>A convolution 'c', its average 'g' [N, 5, 1, 1], and an ending.</summary>
    private string Write(string name, long opset, Action<OnnxBytes> ending, string output)
    {
        OnnxBytes model = new OnnxBytes { Opset = opset }.Input("x", -1, 3, Side, Side)
            .Weight("w", [5, 3, 1, 1], [.. Enumerable.Range(0, 15).Select(i => i * 37 % 23 / 3f - 3)])
            .Node("Conv", ["x", "w"], ["c"], "conv").Node("GlobalAveragePool", ["c"], ["g"]);
        ending(model);
        string path = Path.Combine(_folder, name + ".onnx");
        File.WriteAllBytes(path, model.Output(output).ToArray());
        return path;
    }
}
