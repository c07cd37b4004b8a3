using EasyExplain.Explanation.Methods;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

public class MethodSelectionTests
{
    private static readonly string[] Known = [.. MethodCatalog.All.Select(method => method.Name)];

    [Fact]
    public void Names_KeepTheOrderAsked_EachOnce() => Assert.Equal(["LayerCAM", "GradCAM"], Select("layercam", "GradCAM", "LayerCAM"));

    [Fact]
    public void AWildcard_TakesWhatFits_InTheOrderOfTheCatalog() =>
        Assert.Equal(Known.Where(name => name.StartsWith("S", StringComparison.Ordinal)), Select("S*"));

    [Fact]
    public void AllOfThem_AreTheCatalog_AndOneNamedBefore_IsNotRepeated() =>
        Assert.Equal([Known[^1], .. Known[..^1]], Select(Known[^1], "*"));

    [Theory]
    [InlineData("GradCAMM*", "GradCAM")]
    [InlineData("LaierCAM", "LayerCAM")]
    public void WhatFitsNothing_IsAnError_ThatNamesNearOnes(string name, string near)
    {
        string message = Assert.Throws<SelectionException>(() => Select("GradCAM", name)).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        Assert.Contains(near, message[message.IndexOf("Near:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void AWildcard_LeavesOutWhatCannotExplainTheLayers()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        Assert.Contains(CAM.Method, MethodCatalog.Select(["*"], _ => _ => true, LayerSelection.Select(model, ["layer3"])));
        Assert.DoesNotContain(CAM.Method, MethodCatalog.Select(["*"], _ => _ => true, LayerSelection.Select(model, ["layer3", "layer2"])));
    }

    /// <summary>With a wildcard of this test's own: a star at the end.</summary>
    private static IEnumerable<string> Select(params string[] names) =>
        MethodCatalog.Select(names, name => name.EndsWith('*') ? known =>
            known.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase) : null, [])
            .Select(method => method.Name);
}
