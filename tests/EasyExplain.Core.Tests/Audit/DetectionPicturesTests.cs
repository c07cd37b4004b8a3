using EasyExplain.Audit;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit;

/// <summary>Pictures of what a detector found, of its rows and of its explanations.</summary>
public sealed class DetectionPicturesTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly CamPicture _look = new(0.5, null, 0.5, 400);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(OverlayStyle.Overlay, true)]
    [InlineData(OverlayStyle.Heatmap, true)]
    [InlineData(OverlayStyle.Panel, true)]
    [InlineData(OverlayStyle.Boxes, true)]
    [InlineData(OverlayStyle.Mask, false)] // black and white, for programs
    public void ABox_IsDrawn_OverWhatIsThereWithoutIt(OverlayStyle style, bool drawn)
    {
        CamExplanation with = Explanation(new DetectionBox(100, 50, 150, 200));
        CamExplanation without = with with { Box = new DetectionBox(0, 0, 1, 1), Detection = 0 };
        Assert.Equal(drawn, !_look.Draw(with, style).Rgb.SequenceEqual(_look.Draw(without, style).Rgb));
    }

    [Fact]
    public void TheBox_IsWhereItIsInThePhoto()
    {
        // The photo has 451×300 pixels; 150 pixels wide, a third of it is seen.
        var look = new CamPicture(0, null, 0.5, 150);
        Photo photo = look.Draw(Explanation(new DetectionBox(0, 0, 1, 1)), OverlayStyle.Boxes);
        Photo drawn = look.Draw(Explanation(new DetectionBox(300, 150, 90, 90)), OverlayStyle.Boxes);
        int left = Enumerable.Range(0, drawn.Width).First(x => x > 60 && Differ(x, 65)); // a row through the box, below its words
        int right = Enumerable.Range(0, drawn.Width).Last(x => Differ(x, 65));
        Assert.InRange(left, 98, 100);
        Assert.InRange(right, 129, 132);

        bool Differ(int x, int y) => drawn.Rgb[(y * drawn.Width + x) * 3] != photo.Rgb[(y * drawn.Width + x) * 3];
    }

    [Fact]
    public void APhotoWithoutDetections_IsShown_WithALineThatSaysSo()
    {
        CamExplanation nothing = Explanation(null) with { Class = -1, Label = "", Maps = [], AskedLayers = ["layer3"] };
        Assert.False(nothing.Found);
        Assert.Equal("cat.jpg: nothing found (LayerCAM)", $"{nothing}");
        foreach (OverlayStyle style in Enum.GetValues<OverlayStyle>())
        {
            Assert.True(_look.Draw(nothing, style).Width > 0, $"{style}");
        }
        Photo plain = PhotoResizer.FitWithin(nothing.GetPhoto(), 400), drawn = _look.Draw(nothing, OverlayStyle.Overlay);
        Assert.False(drawn.Rgb.SequenceEqual(plain.Rgb));
        Assert.True(drawn.Rgb.AsSpan(drawn.Rgb.Length / 2).SequenceEqual(plain.Rgb.AsSpan(plain.Rgb.Length / 2)));
    }

    [Fact]
    public void APanelOfAPhoto_HasATileForEachDetection_AndBoxesHasThemAll()
    {
        var all = new FoundInPhoto([.. Enumerable.Range(0, 4).Select(number =>
            Explanation(new DetectionBox(100 * number, 50, 90, 100)) with { Detection = number, Class = number % 2 })]);
        Photo one = new FoundInPhoto([all.Results[0]]).Draw(_look, OverlayStyle.Panel), panel = all.Draw(_look, OverlayStyle.Panel);
        Assert.True(panel.Width > 1.7 * one.Width, $"{one.Width}, {panel.Width}"); // five tiles in a row, where there were two
        Photo boxes = all.Draw(_look, OverlayStyle.Boxes);
        Assert.Equal((400, 266), (boxes.Width, boxes.Height));
        Assert.Equal("cat.jpg: 4 found (LayerCAM)", $"{all}");
    }

    [Fact]
    public void Boxes_OfAClassifier_AreAnError() => Assert.Equal(SelectionFault.StyleNotPossible, Assert.Throws<SelectionException>(
        () => _look.Draw(Explanation(null) with { Detection = null }, OverlayStyle.Boxes)).Fault);

    [Fact]
    public void ThePicturesOfAPhoto_TellALaterRunAllOfIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            CamExplanation[] two = [.. Enumerable.Range(0, 2).Select(number => Explanation(new DetectionBox(number, 2, 3, 4.5)) with
            {
                Detection = number,
                Request = new Request("0123456789ABCDEF", number, 2),
            })];
            Save("boxes.png", new FoundInPhoto(two), 0, 0, 1); // -Style Boxes alone
            AssertDone();
            Save("boxes.png", new FoundInPhoto(two), 0, 1, 1); // -Style Overlay, Boxes: the overlays are missing yet
            Assert.False(new FinishedPhotos(folder).Contains("0123456789ABCDEF"));
            Save("0.png", two[0], 0, 1, 1);
            Assert.False(new FinishedPhotos(folder).Contains("0123456789ABCDEF"));
            Save("1.png", two[1], 0, 1, 1);
            AssertDone();

            CamExplanation nothing = Explanation(null) with
            {
                Class = -1,
                Label = "",
                Maps = [],
                AskedLayers = ["layer3"],
                Request = new Request("00000000000000AA", 0, 1),
            };
            Save("none.png", nothing, 0, 1);
            Assert.False(Assert.Single(new FinishedPhotos(folder).Explanations("00000000000000AA", "/cat.jpg", _model)!).Found);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void Save(string name, ICamResult result, int style, int each, int whole = 0) => ImageEncoder.Save(new Photo(8, 8, new byte[192]),
            Path.Combine(folder, name), ImageFormat.Png, note: FinishedPhotos.NoteOf(result, style, each, whole));

        void AssertDone()
        {
            var finished = new FinishedPhotos(folder);
            Assert.True(finished.Contains("0123456789ABCDEF"));
            Assert.Equal([(0, new DetectionBox(0, 2, 3, 4.5)), (1, new DetectionBox(1, 2, 3, 4.5))],
                finished.Explanations("0123456789ABCDEF", "/cat.jpg", _model)!.Select(one => (one.Detection!.Value, one.Box!)));
        }
    }

    private CamExplanation Explanation(DetectionBox? box)
    {
        string path = Repository.Photo("cat.jpg");
        float[,] map = new float[4, 4];
        map[1, 2] = 1;
        Photo photo = ImageDecoder.Decode(path);
        return new CamExplanation(_model, photo, path)
        {
            Method = "LayerCAM",
            Class = 3,
            Label = "cat",
            Probability = 0.9,
            Score = 1,
            ComparedWith = [],
            Predictions = [],
            Predicted = [],
            Maps = [new CamMap("layer3", map, PixelRegion.Whole(photo.Width, photo.Height), photo.Width, photo.Height)],
            Fused = null,
            Smoothing = Smoothing.None,
            Seed = null,
            Box = box,
            Detection = box is null ? null : 0,
        };
    }
}
