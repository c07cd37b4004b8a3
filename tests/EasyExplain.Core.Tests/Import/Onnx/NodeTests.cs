using System.Collections.Concurrent;
using EasyExplain.Import;
using EasyExplain.Import.Onnx;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// The ONNX backend's own tests of single operators (tests/data/onnx/nodes.zip, from Debian's libonnx-testdata): those that pass are listed
/// in nodes.txt beside them, with how their inputs were given.
/// </summary>
public sealed class NodeTests
{
    private static readonly ConcurrentDictionary<(string Name, NodeInputs Given), string?> Results = [];

    private static readonly IReadOnlyDictionary<string, NodeTest> All = NodeTest.ReadAll(Repository.Data("onnx", "nodes.zip"));

    private static readonly IReadOnlyDictionary<string, NodeInputs[]> Passing = File.ReadLines(Repository.Data("onnx", "nodes.txt"))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => words[1..].Select(Enum.Parse<NodeInputs>).ToArray());

    /// <summary>What comes out otherwise than the standard has it, and why that stays.</summary>
    private static readonly IReadOnlyDictionary<string, string> Otherwise = new Dictionary<string, string>
    {
        ["test_cast_BFLOAT16_to_FLOAT"] = "the files have the bits of bfloat16 as whole numbers",
        ["test_cast_FLOAT_to_BFLOAT16"] = "the files have the bits of bfloat16 as whole numbers",
        ["test_castlike_BFLOAT16_to_FLOAT"] = "the files have the bits of bfloat16 as whole numbers",
        ["test_castlike_FLOAT_to_BFLOAT16"] = "the files have the bits of bfloat16 as whole numbers",
        ["test_dynamicquantizelinear_min_adjusted"] = "each picture of a batch is quantised as if it came alone",
        ["test_reshape_negative_dim"] = "where the first dimension is the batch, a fixed first size is taken for that of each picture",
        ["test_reshape_zero_and_negative_dim"] =
            "where the first dimension is the batch, a fixed first size is taken for that of each picture",
        ["test_slice"] = "of the batch, the first so many are taken for all pictures",
        ["test_resize_downsample_scales_cubic_align_corners"] =
            "places follow from the sizes that come out, as in ONNX Runtime, and not from a factor that does not fit them",
        ["test_resize_downsample_scales_linear_align_corners"] =
            "places follow from the sizes that come out, as in ONNX Runtime, and not from a factor that does not fit them",
    };

    /// <summary>Operators without a node test that passes, and why.</summary>
    private static readonly IReadOnlyDictionary<string, string> WithoutTest = new Dictionary<string, string>
    {
        ["Attention"] = "newer than Debian's tests; NewerOperatorsTests compares it with ONNX Runtime",
        ["ConvInteger"] = "its inputs are whole numbers; NewerOperatorsTests has models that were quantised while they run",
        ["DynamicQuantizeLinear"] = "one of its tests has a batch; NewerOperatorsTests has models that were quantised while they run",
        ["Gelu"] = "newer than Debian's tests; OnnxOperatorsTests compares it with ONNX Runtime",
        ["GridSample"] = "nodes.zip has no test of it; NewerOperatorsTests compares it with ONNX Runtime",
        ["GroupNormalization"] = "newer than Debian's tests; OnnxOperatorsTests compares it with ONNX Runtime",
        ["Mish"] = "newer than Debian's tests; OnnxOperatorsTests compares it with ONNX Runtime",
        ["Optional"] = "its tests have sequences; NewerOperatorsTests compares it with ONNX Runtime",
        ["OptionalGetElement"] = "its tests have sequences; NewerOperatorsTests compares it with ONNX Runtime",
        ["OptionalHasElement"] = "its tests have sequences; NewerOperatorsTests compares it with ONNX Runtime",
        ["RMSNormalization"] = "newer than Debian's tests; NewerOperatorsTests compares it with ONNX Runtime",
        ["SimplifiedLayerNormalization"] = "ONNX Runtime's own; NewerOperatorsTests compares it with ONNX Runtime",
        ["Swish"] = "newer than Debian's tests; NewerOperatorsTests compares it with ONNX Runtime",
    };

    public static TheoryData<string> Names => [.. Passing.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ANodeTestThatIsListed_Passes(string name) =>
        Assert.All(Passing[name], given => Assert.Equal("", Result(name, given) ?? "refused"));

    [Fact]
    public void TheOthers_AreRefused_OrDifferForAReason()
    {
        List<string> wrong = [];
        foreach (NodeTest test in All.Values.Where(test => !Otherwise.ContainsKey(test.Name)))
        {
            (NodeInputs Given, string? Result)[] results =
                [.. Enum.GetValues<NodeInputs>().Select(given => (given, Result(test.Name, given)))];
            wrong.AddRange(results.Where(one => one.Result?.Length > 0).Select(one => $"{test.Name} {one.Given}: {one.Result}"));
            NodeInputs[] passing = [.. results.Where(one => one.Result?.Length == 0).Select(one => one.Given)];
            if (passing.Except(Passing.GetValueOrDefault(test.Name, [])).Any())
            {
                wrong.Add($"nodes.txt lacks the line: {test.Name} {string.Join(' ', passing)}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void EveryOperator_HasANodeTestThatPasses_OrAReason()
    {
        HashSet<string> tested = [.. Passing.Keys.SelectMany(name => All[name].Operators)];
        string[] without = [.. new OnnxOperators(new NetworkRecorder(3, 1, 1), "").Known
            .Where(type => !type.Contains('.', StringComparison.Ordinal)) // others' domains, which the backend does not test
            .Where(type => !tested.Contains(type) && !WithoutTest.ContainsKey(type)).Order()];
        Assert.True(without.Length == 0, string.Join(' ', without));
        Assert.DoesNotContain(WithoutTest.Keys, tested.Contains);
    }

    private static string? Result(string name, NodeInputs given) => Results.GetOrAdd((name, given), _ => All[name].Run(given));
}
