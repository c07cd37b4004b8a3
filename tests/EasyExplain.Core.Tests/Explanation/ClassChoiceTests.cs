using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

[Collection(Alone.Name)] // loads a model
public sealed class ClassChoiceTests : IDisposable
{
    // As in ImageNet, where the dog is a Cardigan and the garment a cardigan; and two birds that somebody gave one name.
    private readonly CamModel _model = Labelled("Cardigan", "cardigan", "crane", "crane", "Tabby", "5", "six", "seven", "eight", "nine");

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("cardigan", 1)]
    [InlineData("Cardigan", 0)]
    [InlineData("tabby", 4)]
    [InlineData("7", 7)]
    public void ALabelOrANumber_NamesAClass(string given, int expected) =>
        Assert.Equal([expected], ClassChoice.Of(_model, given).From(Ranked()));

    [Theory]
    [InlineData("crane", "2 (crane), 3 (crane)")]
    [InlineData("CARDIGAN", "0 (Cardigan), 1 (cardigan)")]
    public void ALabelOfTwoClasses_IsAskedAbout(string given, string named) =>
        Assert.Contains(named, Assert.Throws<SelectionException>(() => ClassChoice.Of(_model, given)).Message, StringComparison.Ordinal);

    /// <summary>The picture's most probable class is 7 here, Tabby (4) comes next.</summary>
    [Theory]
    [InlineData("Predicted, tabby", 7, 4)]
    [InlineData("tabby, PREDICTED", 4, 7)]
    [InlineData("9, predicted, 0, tabby", 9, 7, 0, 4)]
    [InlineData("predicted, seven", 7)]
    [InlineData("7, predicted, Predicted, tabby, 7, 4", 7, 4)]
    public void SeveralClasses_ComeInTheOrderAsked_EachOnce(string given, params int[] expected) =>
        Assert.Equal(expected, ClassChoice.Of(_model, given.Split(", "))
            .From(Ranked(new Prediction(7, "seven", 0.6), new Prediction(4, "Tabby", 0.4))));

    [Fact]
    public void ALabelThatIsPredicted_IsThatClass()
    {
        using CamModel weather = Labelled("unlikely", "predicted", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9");
        Assert.Equal([1], ClassChoice.Of(weather, "Predicted").From(Ranked(new Prediction(0, "unlikely", 1))));
    }

    [Fact]
    public void EveryClassThatIsNotThere_IsNamed_WithTheNearOnes()
    {
        string message = Assert.Throws<SelectionException>(() => ClassChoice.Of(_model, "taby", "tabby", "sevn", "10", "Predict")).Message;
        Assert.Contains("'taby'. Near: Tabby.", message, StringComparison.Ordinal);
        Assert.Contains("'sevn'. Near: seven.", message, StringComparison.Ordinal);
        Assert.Contains("no class 10: its 10 classes are 0 to 9", message, StringComparison.Ordinal);
        Assert.Contains("'Predict'. Near: Predicted.", message, StringComparison.Ordinal);
    }

    private static CamModel Labelled(params string[] labels) =>
        ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { Labels = labels }, _ => { });

    private static Ranking Ranked(params Prediction[] predictions) => new(predictions, [.. predictions.Take(1)]);
}
