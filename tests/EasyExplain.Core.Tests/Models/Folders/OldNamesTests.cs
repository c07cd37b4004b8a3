using System.Text.RegularExpressions;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>Files of transformers 4, which nearly all are, have other names than the library has in memory today.</summary>
public sealed partial class OldNamesTests
{
    [Theory]
    [InlineData("transformers/vit-tiny")]
    [InlineData("transformers/swin-tiny")]
    public void AFileOfTransformers4_IsTheSameModel(string key) => HubGoldenTests.Check(HubGoldens.Find(key), OldName);

    private static string OldName(string name)
    {
        bool swin = name.StartsWith("swin.", StringComparison.Ordinal);
        name = VitLayer().Replace(name, "vit.encoder.layer.$1.");
        name = Projection().Replace(name, match => (swin ? "attention.self." : "attention.attention.")
            + match.Groups[1].Value switch { "q" => "query", "k" => "key", _ => "value" } + ".");
        return name.Replace("attention.o_proj.", "attention.output.dense.", StringComparison.Ordinal)
            .Replace("attention.relative_position_bias.", "attention.self.", StringComparison.Ordinal)
            .Replace("mlp.fc1.", "intermediate.dense.", StringComparison.Ordinal)
            .Replace("mlp.fc2.", "output.dense.", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^vit\.layers\.(\d+)\.")]
    private static partial Regex VitLayer();

    [GeneratedRegex(@"attention\.([qkv])_proj\.")]
    private static partial Regex Projection();
}
