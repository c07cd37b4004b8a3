using System.Text.Json;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using TorchSharp;

namespace EasyExplain.Tests.Imaging;

/// <summary>Photos as detectors are given them, and their boxes back in the photo.</summary>
public sealed class LetterboxTests
{
    private static JsonElement[] Cases(bool atCorner) => [.. JsonDocument.Parse(File.ReadAllText(
        Repository.Data("detection", atCorner ? "letterbox_corner.json" : "letterbox.json"))).RootElement.EnumerateArray()];

    /// <summary>In the middle as Ultralytics has it, in the corner as YOLOX has it: whole bytes either way.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pixels_AreThoseOfOpenCV(bool atCorner)
    {
        foreach (JsonElement one in Cases(atCorner))
        {
            (int high, int wide) = (one.GetProperty("input")[0].GetInt32(), one.GetProperty("input")[1].GetInt32());
            Preprocessing preprocessing = Preprocessing.Letterbox(high, wide, 3) with { AtCorner = atCorner };
            using torch.Tensor input = preprocessing.ToInput(PhotoOf(one));
            foreach (JsonElement point in one.GetProperty("points").EnumerateArray())
            {
                for (int c = 0; c < 3; c++)
                {
                    Assert.Equal(point[2 + c].GetDouble(), input[0, c, point[0].GetInt32(), point[1].GetInt32()].item<float>(), 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABox_IsBackInThePhoto(bool atCorner)
    {
        var head = new DetectorHead(1, Activation.Sigmoid);
        foreach (JsonElement one in Cases(atCorner))
        {
            float[] box = [.. one.GetProperty("box").EnumerateArray().Select(number => number.GetSingle()), 5];
            using torch.Tensor output = torch.tensor(box).view(1, 5);
            DetectionBox found = Assert.Single(head.Find(output, new DetectionSettings(),
                Preprocessing.Letterbox(one.GetProperty("input")[0].GetInt32(), one.GetProperty("input")[1].GetInt32(), 3) with
                {
                    AtCorner = atCorner,
                }, PhotoOf(one))).Box;
            double[] wanted = [.. one.GetProperty("inPhoto").EnumerateArray().Select(number => number.GetDouble())];
            Assert.All(wanted.Zip([found.X, found.Y, found.Width, found.Height]), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    /// <summary>A photo that is turned by its EXIF entry is upright, and so are its boxes.</summary>
    [Fact]
    public void APhotoThatIsTurned_HasItsBoxesUpright()
    {
        string[] files = [.. Directory.GetFiles(Repository.Data("orientation"), "*exif6*").Order()];
        Assert.NotEmpty(files);
        var preprocessing = Preprocessing.Letterbox(64, 64, 3);
        Photo upright = ImageDecoder.DecodeFor(Repository.Data("orientation", "upright.png"), 1, preprocessing.SufficientSide);
        foreach (string file in files)
        {
            Photo photo = ImageDecoder.DecodeFor(file, 1, preprocessing.SufficientSide);
            Assert.Equal((upright.Width, upright.Height), (photo.Width, photo.Height));
            using torch.Tensor output = torch.tensor(new float[] { 0, 0, 64, 64, 5 }).view(1, 5);
            DetectionBox box = Assert.Single(new DetectorHead(1, Activation.Sigmoid).Find(
                output, new DetectionSettings(), preprocessing, photo)).Box;
            Assert.Equal(new DetectionBox(0, 0, photo.OriginalWidth, photo.OriginalHeight), box);
        }
    }

    [Fact]
    public void Borders_AreGrey_WhateverTheMean()
    {
        Preprocessing preprocessing = Preprocessing.Letterbox(64, 64, 3) with { Mean = [0.5, 0.5, 0.5], Std = [0.25, 0.5, 1] };
        using torch.Tensor input = preprocessing.ToInput(new Photo(2, 1, new byte[6]));
        Assert.Equal((114 / 255.0 - 0.5) / 0.25, input[0, 0, 0, 0].item<float>(), 1e-5);
        Assert.Equal(114 / 255.0 - 0.5, input[0, 2, 63, 63].item<float>(), 1e-5);
        Assert.Equal(-0.5, input[0, 2, 32, 32].item<float>(), 1e-5);
    }

    private static Photo PhotoOf(JsonElement one)
    {
        (int height, int width) = (one.GetProperty("photo")[0].GetInt32(), one.GetProperty("photo")[1].GetInt32());
        byte[] rgb = new byte[height * width * 3];
        for (int i = 0; i < rgb.Length; i++)
        {
            (int x, int y, int c) = (i / 3 % width, i / 3 / width, i % 3);
            rgb[i] = (byte)(((x * 7 + y * 13 + c * 101) ^ (x * y)) % 256);
        }
        return new Photo(width, height, rgb);
    }
}
