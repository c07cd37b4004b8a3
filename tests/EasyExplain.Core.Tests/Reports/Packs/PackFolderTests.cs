using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Imaging;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>The files of a gallery, as a page reads them.</summary>
public sealed class PackFolderTests : IDisposable
{
    private readonly PhotoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int, int, (int, int)[]> Sizes => new()
    {
        { 640, 480, [(7, 7)] },
        { 640, 480, [(28, 28), (14, 14), (7, 7), (28, 28)] },
        { 32, 32, [(8, 8)] },
        { 32, 32, [(32, 32), (16, 16), (8, 8), (32, 32)] },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void PacksHaveAtMostOneAndAHalfTimesTheBytesOfTheirThumbnails(int width, int height, (int, int)[] maps)
    {
        string folder = _folder.Write("data", _folder.Rows(130, width, height, maps));
        Assert.Equal(["names.js", "pack-0000.jpg", "pack-0000.js", "pack-0001.jpg", "pack-0001.js", "rows.js"],
            new DirectoryInfo(folder).GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
        foreach (string name in new[] { "pack-0000", "pack-0001" })
        {
            var jpeg = new FileInfo(Path.Combine(folder, name + ".jpg"));
            Assert.InRange(new FileInfo(Path.Combine(folder, name + ".js")).Length, 1, jpeg.Length / 2);
            Photo sprite = ImageDecoder.Decode(jpeg.FullName);
            Assert.InRange(sprite.Width * sprite.Height, 1, 1 << 22);
            JsonElement pack = PhotoFolder.Taken(folder, name);
            Assert.All(pack.GetProperty("rows").EnumerateArray(), row =>
            {
                Assert.Equal(2 * maps.Length, row[6].GetArrayLength());
                Assert.All(row[6].EnumerateArray(), size => Assert.InRange(size.GetInt32(), 4, 32));
            });
        }
    }

    [Fact]
    public void ARow_IsWrittenAsItIs()
    {
        FileInfo photo = _folder.Save("a.jpg", PhotoFolder.Photo(320, 200, 1));
        CamAuditRow[] rows = [.. Enumerable.Range(0, 12).Select(number => PhotoFolder.Row(photo, 320, 200, number, (8, 6), (4, 3), (8, 6)))];
        rows[3] = rows[3] with { Path = rows[3].Path + "gone" };
        string folder = _folder.Write("data", rows);
        CamAuditRow[] gallery = [.. ReportSource.Of(rows).Rows(ReportRows.Read(ReportSource.Of(rows)).Rows)];
        JsonElement pack = PhotoFolder.Taken(folder, "pack-0000");
        Assert.Equal("pack-0000.jpg", pack.GetProperty("sprite").GetString());
        Assert.Equal((160, 4), (pack.GetProperty("cell").GetInt32(), pack.GetProperty("columns").GetInt32()));
        byte[] maps = pack.GetProperty("maps").GetBytesFromBase64();
        Assert.Equal(gallery.SelectMany(row => row.StoredMaps).SelectMany(map => map.Values), maps);
        for (int place = 0; place < gallery.Length; place++)
        {
            JsonElement row = pack.GetProperty("rows")[place];
            Assert.Equal(gallery[place].Path.EndsWith("gone", StringComparison.Ordinal) ? [320, 200, 0, 0] : [320, 200, 160, 100],
                Enumerable.Range(0, 4).Select(at => row[at].GetInt32()));
            int[] top = [.. row[4].EnumerateArray().Select(number => number.GetInt32())];
            Assert.Equal([500, 250, 167, 125, 100], top.Where((_, at) => at % 2 == 1));
            Assert.Equal(6, row[5].GetArrayLength());
            Assert.Equal("[8,6,4,3,8,6]", row[6].GetRawText());
            Assert.Equal("0", row[7].GetRawText());
        }
        Photo sprite = ImageDecoder.Decode(Path.Combine(folder, "pack-0000.jpg"));
        Photo thumbnail = Thumbnails.Of(gallery[1], 160)!;
        Assert.InRange(ThumbnailsTests.Difference(thumbnail, SpriteTests.Cut(sprite, 160, 0, 160, 100)), 0, 6);
    }

    [Fact]
    public void NumbersOfAllImages_AreInTheOrderOfTheGallery()
    {
        CamAuditRow[] rows = _folder.Rows(8, 32, 32, (4, 4));
        rows[5] = rows[5] with { Expected = null, ExpectedClass = -1, Correct = null, ExpectedProbability = null };
        rows[6] = rows[6] with { Predictions = [], Label = "", Class = -1, Probability = double.NaN };
        string folder = _folder.Write("data", rows);
        var source = ReportSource.Of(rows);
        ReportRows gallery = ReportRows.Read(source);
        IReadOnlyList<string> labels = Gallery.Read(source, gallery).Labels;
        Assert.Equal(labels.Distinct(), labels);
        JsonElement numbers = PhotoFolder.Taken(folder, "rows");
        string? Label(int index) => index < 0 ? null : labels[index];
        int[] Ints(string name)
        {
            byte[] bytes = numbers.GetProperty(name).GetBytesFromBase64();
            return [.. Enumerable.Range(0, bytes.Length / 4).Select(at => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at * 4)))];
        }
        Assert.Equal(gallery.Rows.Select(row => row.Expected), Ints("expected").Select(Label));
        Assert.Equal(gallery.Rows.Select(row => row.Predicted < 0 ? null : row.PredictedLabel), Ints("predicted").Select(Label));
        Assert.Equal(gallery.Rows.Select(row => row.Correct switch { true => 1, false => 0, null => 2 }),
            numbers.GetProperty("verdict").GetBytesFromBase64().Select(verdict => (int)verdict));
        byte[] probabilities = numbers.GetProperty("probability").GetBytesFromBase64();
        for (int place = 0; place < 8; place++)
        {
            double probability = BinaryPrimitives.ReadUInt16LittleEndian(probabilities.AsSpan(place * 2)) / 65535.0;
            Assert.Equal(gallery.Rows[place].Predicted < 0 ? 0 : 0.5, probability, 1.0 / 65535);
        }
        Assert.Equal(gallery.Rows.Select(row => row.File), PhotoFolder.Taken(folder, "names").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void OfACroppedImage_TheMapsCoverAPart()
    {
        FileInfo photo = _folder.Save("a.png", PhotoFolder.Photo(64, 32, 1));
        var row = new CamAuditRow(PhotoFolder.ModelOf(ResizeMode.CenterCrop))
        {
            Path = photo.FullName,
            File = "a.png",
            Length = photo.Length,
            Modified = photo.LastWriteTimeUtc,
            Method = "GradCAM",
            Layers = ["layer1"],
            ImageSize = [32, 64],
            StoredMaps = [PhotoFolder.Map(4, 4, new Random(1))],
        };
        JsonElement region = PhotoFolder.Taken(_folder.Write("data", row), "pack-0000").GetProperty("rows")[0][7];
        // 32 of the 37 rows and 74 columns that the image is resized to, from (37 − 32) / 2 = 2 (half to even) and (74 − 32) / 2 = 21.
        double[] expected = [21 / 74.0, 2 / 37.0, 32 / 74.0, 32 / 37.0];
        Assert.Equal(expected, region.EnumerateArray().Select(number => number.GetDouble()), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void HostileNames_StayText_AndNoFolderIsNamed()
    {
        string[] names =
        [
            "</script><script>alert(1)</script>.jpg", "a\"b'c`d\\.jpg", "\u202Egpj.exe", "line\nbreak\u2028.jpg", "<!--&amp;", "\uD83D\uDE00.jpg",
        ];
        CamAuditRow[] rows = _folder.Rows(names.Length, 32, 32, (4, 4));
        rows = [.. rows.Zip(names, (row, name) => row with
        {
            File = name,
            Expected = name,
            Label = name + "2",
            Predictions = [row.Predictions[0] with { Label = name + "3" }],
        })];
        string folder = _folder.Write("data", rows);
        var source = ReportSource.Of(rows);
        byte[] report = ReportJson.Of(Gallery.Read(source, ReportRows.Read(source)), [], names[0], "", names[0], 6);
        string[] scripts = [.. Directory.GetFiles(folder, "*.js").Select(File.ReadAllText), Encoding.UTF8.GetString(report)];
        Assert.All(scripts, text =>
        {
            Assert.DoesNotContain('<', text);
            Assert.DoesNotContain("private", text, StringComparison.Ordinal);
            Assert.All(text, letter => Assert.InRange(letter, '\n', '~'));
        });
        Assert.Equal(names.Order(StringComparer.Ordinal),
            PhotoFolder.Taken(folder, "names").EnumerateArray().Select(name => name.GetString()).Order(StringComparer.Ordinal));
        JsonElement read = JsonDocument.Parse(report).RootElement;
        Assert.Equal(names[0], read.GetProperty("title").GetString());
        Assert.Equal(names.SelectMany(name => new[] { name, name + "2", name + "3" }).Order(StringComparer.Ordinal),
            read.GetProperty("labels").EnumerateArray().Select(label => label.GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void HalfALetter_DoesNotStopAReport() // of a pair of UTF-16, as Windows allows in file names
    {
        CamAuditRow row = _folder.Rows(1, 32, 32, (4, 4))[0] with { File = "\uD83D.jpg", Expected = "\uDE00" };
        Assert.Equal("\uFFFD.jpg", PhotoFolder.Taken(_folder.Write("data", row), "names")[0].GetString());
    }

    [Fact]
    public void TheSameRows_GiveTheSameFiles()
    {
        CamAuditRow[] rows = _folder.Rows(150, 32, 32, (8, 8));
        string one = _folder.Write("one", rows), two = _folder.Write("two", rows);
        Assert.All(Directory.GetFiles(one), file =>
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(two, Path.GetFileName(file)))));
    }

    [Fact]
    public void AnAuditOfNothing_HasNoPack()
    {
        string folder = _folder.Write("data");
        Assert.Equal(0, PhotoFolder.Taken(folder, "names").GetArrayLength());
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void Progress_CountsImages()
    {
        CamAuditRow[] rows = _folder.Rows(150, 32, 32, (4, 4));
        var source = ReportSource.Of(rows);
        var done = new List<int>();
        PackFolder.Write(_folder.Path, source, Gallery.Read(source, ReportRows.Read(source)), done.Add);
        Assert.Equal(Enumerable.Range(1, 150), done);
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => PackFolder.Write(_folder.Path, source,
            Gallery.Read(source, ReportRows.Read(source)), _ => cancel.Cancel(), cancel.Token));
    }
}
