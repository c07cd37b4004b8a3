using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit;

/// <summary>A row of an audit is drawn without its model as an explanation with the same maps is.</summary>
public sealed class RowPictureTests
{
    [Theory]
    [InlineData(ResizeMode.Stretch)]
    [InlineData(ResizeMode.CenterCrop)] // the map covers a part of the photo
    public void ARow_IsDrawnAsItsExplanationIs(ResizeMode resize)
    {
        using CamModel model = ModelImporter.Import(
            ModelImporter.BundledPath, new ModelOptions { ResizeMode = resize }, _ => { });
        var photo = new FileInfo(Repository.Photo("cat.jpg"));
        var row = new CamAuditRow(AuditedModel.Of(model))
        {
            Path = photo.FullName,
            File = "cat.jpg",
            Length = photo.Length,
            Modified = photo.LastWriteTimeUtc,
            Method = "LayerCAM",
            Layers = ["layer2", "layer3"],
            Class = 3,
            Label = "cat",
            Probability = 0.75,
            Predictions = [new Prediction(3, "cat", 0.75)],
            ImageSize = [300, 451],
            StoredMaps = [HandMadeRows.Map("layer2", 4, 4, 100), HandMadeRows.Map("layer3", 2, 2, 7), HandMadeRows.Map("fused", 4, 4, 200)],
        };
        CamExplanation explanation = row.ToExplanation(photo.FullName, model, "audit.db")!;
        var look = new CamPicture(0.5, Colormap.Jet, 0.8, 200);
        foreach (OverlayStyle style in Enum.GetValues<OverlayStyle>().Where(style => style != OverlayStyle.Boxes))
        {
            Photo expected = look.Draw(explanation, style), drawn = ((ICamResult)row).Draw(look, style);
            Assert.Equal((expected.Width, expected.Height), (drawn.Width, drawn.Height));
            Assert.True(expected.Rgb.SequenceEqual(drawn.Rgb), $"{style}");
        }
    }
}
