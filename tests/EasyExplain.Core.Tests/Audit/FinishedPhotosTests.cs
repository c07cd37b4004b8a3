using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit;

/// <summary>What pictures say about themselves. Who has pictures of an audit has this text in them: it must stay as it is.</summary>
public sealed class FinishedPhotosTests
{
    [Fact]
    public void APicture_SaysForPeopleWhatItShows_AndForALaterRunItsRow()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        var row = new PictureRow(
            1, 2, "FinerCAM", 3, "cat", 0.75, 12.5, ["dog", "frog"], [5],
            [new Prediction(5, "dog", 0.8), new Prediction(3, "cat", double.NaN)], ["layer2", "layer3"], [427, 640], Smoothing.Eigen, 7);
        CamExplanation found = row.ToExplanation(model, "/photos/a\tcat.jpg", "/out/cat.png")!;

        Assert.Equal(
            "EasyExplain: a cat.jpg, cat 75.0 %, FinerCAM of resnet20-cifar10 (resnet20) at layer2, layer3",
            FinishedPhotos.NoteOf(found, 0, 1));
        Assert.Equal(
            "EasyExplain 0123456789ABCDEF 5/6: a cat.jpg, cat 75.0 %, FinerCAM of resnet20-cifar10 (resnet20) at layer2, layer3\n" +
            """{"row":1,"of":2,"method":"FinerCAM","class":3,"label":"cat","probability":0.75,"score":12.5""" +
            ""","comparedWith":["dog","frog"],"predicted":[5]""" +
            ""","predictions":[{"class":5,"label":"dog","probability":0.8},{"class":3,"label":"cat","probability":"NaN"}]""" +
            ""","layers":["layer2","layer3"],"imageSize":[427,640],"smoothing":1,"seed":7}""",
            FinishedPhotos.NoteOf(found with { Request = new Request("0123456789ABCDEF", 1, 2) }, 1, 3));
    }
}
