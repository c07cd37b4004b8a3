using System.Text.RegularExpressions;
using EasyExplain.Audit.Truth;
using EasyExplain.Detectors;

namespace EasyExplain.Tests.Audit.Truth;

/// <summary>The three ways in which people say what is in photos, and files that say it badly.</summary>
public sealed class GroundTruthTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("truth [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Coco_HasBoxesInPixels_AndCrowds()
    {
        GroundTruth truth = Open("instances.json", """
            {"info": {"segmentation": [[1, 2]]}, "categories": [{"id": 7, "name": "cat"}, {"id": 90, "name": "dog"}],
             "images": [{"id": 3, "file_name": "train/a.jpg", "width": 640, "height": 480}, {"id": 4, "file_name": "val/a.jpg"}],
             "annotations": [{"image_id": 3, "category_id": 90, "bbox": [10.5, 20, 30, 40], "iscrowd": 0, "segmentation": [[1, 2, 3]]},
                             {"id": 2, "image_id": 3, "category_id": 7, "bbox": [0, 0, 5, 5], "iscrowd": 1},
                             {"id": 3, "image_id": 3, "category_id": 7, "bbox": [0, 0, 0, 5]}]}
            """);
        Assert.Equal(
            [new TrueThing("dog", -1, new DetectionBox(10.5, 20, 30, 40)), new TrueThing("cat", -1, new DetectionBox(0, 0, 5, 5), true)],
            truth.Of("/data/train/a.jpg", 640, 480));
        Assert.Empty(truth.Of("/data/val/a.jpg", 1, 1)!); // nothing is there
        Assert.Null(truth.Of("/data/val/b.jpg", 1, 1)); // nobody said
        Assert.Null(truth.Of("/elsewhere/a.jpg", 640, 480)); // one of two, nobody knows which
        Assert.Contains("640×480 pixels, and '/data/train/a.jpg' has 320×240",
            Assert.Throws<TruthException>(() => truth.Of("/data/train/a.jpg", 320, 240)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"image_id":1,"category_id":1,"bbox":[1,2,3]}""", "annotations[0]: a bbox is")]
    [InlineData("""{"image_id":1,"category_id":1,"bbox":[1,2,"NaN",4]}""", "annotations[0].bbox[2] (line 1)")]
    [InlineData("""{"image_id":1,"category_id":1,"bbox":[1,2,1e999,4]}""", "annotations[0]")]
    [InlineData("""{"image_id":2,"category_id":1,"bbox":[1,2,3,4]}""", "annotations[0]: there is no image 2")]
    [InlineData("""null""", "annotations[0]")]
    public void Coco_SaysWhichAnnotationMakesNoSense(string annotation, string message) => AssertSays(message, () => Open("x.json",
        """{"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"x"}],"annotations":[""" + annotation + "]}"));

    [Theory]
    [InlineData("[]", "its beginning")]
    [InlineData("{\"images\": []}", "no file of COCO's instances")]
    [InlineData("""{"images":[{"id":1}],"categories":[],"annotations":[]}""", "images[0]: an image has an id")]
    [InlineData("""{"images":[],"categories":[{"id":1,"name":"x"},{"id":1,"name":"y"}],"annotations":[]}""", "categories[1]")]
    public void Coco_SaysWhereItMakesNoSense(string json, string message) => AssertSays(message, () => Open("x.json", json));

    [Fact]
    public void Coco_ThatIsDeep_IsRefused() =>
        AssertSays("x.json", () => Open("x.json", "{\"images\": " + new string('[', 100_000) + new string(']', 100_000) + "}"));

    [Fact]
    public void Yolo_HasSharesOfThePhoto_AndNamesBesideThem()
    {
        Write("data.yaml", "path: .\nnames:\n  0: cat\n  1: 'small dog' # a remark\nnc: 2\n");
        Write("labels/train/1.txt", "1 0.5 0.5 0.25 0.5\r\n0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6\n\n");
        Write("labels/train/2.txt", "");
        Write("labels/val/1.txt", "0 0.5 0.5 1.0 1.0");
        foreach (string path in new[] { "", "labels", "data.yaml" })
        {
            GroundTruth truth = GroundTruth.Open(Path.Combine(_folder, path));
            IReadOnlyList<TrueThing> things = truth.Of("/data/images/train/1.jpg", 200, 100)!;
            Assert.Equal(new TrueThing("small dog", -1, new DetectionBox(75, 25, 50, 50)), things[0]);
            Assert.Equal(("cat", 20.0, 20.0, 40.0, 40.0), (things[1].Label, Math.Round(things[1].Box.X, 9), Math.Round(things[1].Box.Y, 9),
                Math.Round(things[1].Box.Width, 9), Math.Round(things[1].Box.Height, 9)));
            Assert.Empty(truth.Of("/data/images/train/2.jpg", 200, 100)!);
            Assert.Null(truth.Of("/data/images/train/3.jpg", 200, 100));
            Assert.Equal(new DetectionBox(0, 0, 200, 100), truth.Of("/data/images/val/1.png", 200, 100)!.Single().Box);
        }
    }

    [Theory]
    [InlineData("names: [cat, \"dog\"]")]
    [InlineData("nc: 2\nnames:\n- cat\n- dog\ntrain: x")]
    [InlineData("names: [\n  'cat', # first\n  dog]")]
    public void Yolo_NamesAreWrittenInSeveralWays(string yaml)
    {
        Write("data.yaml", yaml);
        Write("labels/1.txt", "1 0.5 0.5 0.5 0.5");
        Assert.Equal("dog", GroundTruth.Open(Path.Combine(_folder, "labels")).Of("/images/1.jpg", 10, 10)!.Single().Label);
    }

    [Fact]
    public void Yolo_WithoutNames_HasNumbers()
    {
        Write("1.txt", "5 0.5 0.5 0.5 0.5");
        Assert.Equal((null, 5), GroundTruth.Open(_folder).Of("/1.jpg", 10, 10)!.Select(one => (one.Label, one.Class)).Single());
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.5", "line 2: it has 4 numbers")]
    [InlineData("0 120 80 40 30", "line 2: '120' is no share")]
    [InlineData("0 0.5 0.5 NaN 0.5", "line 2: 'NaN' is no share")]
    [InlineData("-1 0.5 0.5 0.5 0.5", "line 2: '-1' is not the number of a class")]
    [InlineData("7 0.5 0.5 0.5 0.5", "of which")]
    [InlineData("cat 0.5 0.5 0.5 0.5", "line 2: 'cat' is not")]
    [InlineData("0 0.5 0.5 0 0.5", "line 2: its box has no width")]
    public void Yolo_SaysWhereItMakesNoSense(string line, string message)
    {
        Write("classes.txt", "cat\ndog\n");
        Write("1.txt", "0 0.5 0.5 0.5 0.5\n" + line);
        AssertSays(message, () => GroundTruth.Open(_folder).Of("/1.jpg", 10, 10));
    }

    [Fact]
    public void Voc_CountsPixelsFromOne()
    {
        Write("ImageSets/Main/train.txt", "1\n");
        Write("Annotations/1.xml", """
            <annotation><filename>1.jpg</filename><size><width>100</width><height>50</height><depth>3</depth></size>
            <object><name>cat</name><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>11</ymin><xmax>100</xmax><ymax>20</ymax></bndbox>
              <part><name>head</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>6</xmax><ymax>6</ymax></bndbox></part></object>
            <object><name>dog</name><difficult>1</difficult>
              <bndbox><xmax>20.0</xmax><ymax>20</ymax><xmin>11</xmin><ymin>11</ymin></bndbox></object>
            </annotation>
            """);
        Write("Annotations/2.xml", "<annotation><size><width>100</width><height>50</height></size></annotation>");
        GroundTruth truth = GroundTruth.Open(_folder);
        Assert.Equal(
            [new TrueThing("cat", -1, new DetectionBox(0, 10, 100, 10)), new TrueThing("dog", -1, new DetectionBox(10, 10, 10, 10), true)],
            truth.Of("/JPEGImages/1.jpg", 100, 50));
        Assert.Empty(truth.Of("/JPEGImages/2.jpg", 100, 50)!);
        Assert.Null(truth.Of("/JPEGImages/3.jpg", 100, 50));
        AssertSays("100×50 pixels", () => truth.Of("/JPEGImages/1.jpg", 50, 100));
    }

    [Theory]
    [InlineData("<annotation><object><name>a</name></object></annotation>", "<xmin> of <bndbox> is no number")]
    [InlineData("<annotation>\n<object><name>a</name>{5}</object></annotation>", "line 2: a box ends before")]
    [InlineData("<annotation><object>{1}</object></annotation>", "has a name")]
    [InlineData("<annotation><object><name>a</name>{NaN}</object></annotation>", "<xmin>")]
    [InlineData("<html></html>", "it begins with <html>")]
    [InlineData("<annotation><object>", "line 1")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotation>&x;</annotation>", "DTD")]
    public void Voc_SaysWhereItMakesNoSense_AndReadsNothingElse(string xml, string message)
    {
        Write("1.xml", Regex.Replace(xml, "{(.*)}", "<bndbox><xmin>$1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>9</ymax></bndbox>"));
        AssertSays(message, () => GroundTruth.Open(_folder).Of("/1.jpg", 100, 100));
    }

    [Fact]
    public void Voc_ThatIsDeep_IsRefused()
    {
        Write("1.xml", "<annotation>" + string.Concat(Enumerable.Repeat("<a>", 100_000)));
        AssertSays("more than 32 deep", () => GroundTruth.Open(_folder).Of("/1.jpg", 100, 100));
    }

    [Fact]
    public void WhatIsNone_IsSaid()
    {
        AssertSays("has no labels in it", () => GroundTruth.Open(_folder));
        AssertSays("is no ground truth", () => Open("a.csv", "1,2"));
        Assert.Throws<FileNotFoundException>(() => GroundTruth.Open(Path.Combine(_folder, "gone.json")));
    }

    private void AssertSays(string message, Func<object?> work)
    {
        TruthException e = Assert.Throws<TruthException>(work);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, e.Message, StringComparison.Ordinal); // the file
    }

    private GroundTruth Open(string name, string text) => GroundTruth.Open(Write(name, text));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
