using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

[Collection(Alone.Name)] // loads a model
public sealed class ClassChoiceTests : IDisposable
{
    // As in ImageNet, where the dog is a Cardigan and the garment a cardigan; and two birds that somebody gave one name.
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath,
        new ModelOptions { Labels = ["Cardigan", "cardigan", "crane", "crane", "Tabby", "5", "six", "seven", "eight", "nine"] }, _ => { });

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("cardigan", 1)]
    [InlineData("Cardigan", 0)]
    [InlineData("tabby", 4)]
    [InlineData("7", 7)]
    public void ALabelOrANumber_NamesAClass(string given, int expected) =>
        Assert.Equal([expected], ClassChoice.Of(_model, given).From([]));

    [Theory]
    [InlineData("crane", "2 (crane), 3 (crane)")]
    [InlineData("CARDIGAN", "0 (Cardigan), 1 (cardigan)")]
    public void ALabelOfTwoClasses_IsAskedAbout(string given, string named) =>
        Assert.Contains(named, Assert.Throws<SelectionException>(() => ClassChoice.Of(_model, given)).Message, StringComparison.Ordinal);
}
