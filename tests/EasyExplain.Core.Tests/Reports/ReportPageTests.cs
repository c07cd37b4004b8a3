using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Reports;
using EasyExplain.Tests.Audit;
using EasyExplain.Tests.Audit.Findings;

namespace EasyExplain.Tests.Reports;

/// <summary>The page as its reader gets it, without its script.</summary>
public partial class ReportPageTests
{
    private const string Hostile = "<script>alert(1)</script>\"'`&{{Title}}\u202E\n\r=x";

    [Theory]
    [InlineData("none")]
    [InlineData("failed")]
    [InlineData("one class")]
    [InlineData("no labels")]
    [InlineData("no probabilities")]
    [InlineData("no classes")]
    [InlineData("two slices")]
    [InlineData("two files of a model")]
    [InlineData("findings")]
    public void WhateverTheAudit_ThePageIsWholeAndKeepsItsPolicy(string what)
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(3, (0, 0, 8), (0, 1, 2), (1, 1, 3), (2, 2, 1));
        CamAuditRow[] audit = what switch
        {
            "none" => [],
            "failed" => [HandMadeRows.Failed],
            "one class" => [.. rows.Take(8)],
            "no labels" => [.. rows.Select(Unlabelled)],
            "no probabilities" => [.. rows.Select(Improbable)],
            "no classes" => [.. rows.Select(row => Unlabelled(row) with { Class = -1, Label = "", Predictions = [] })],
            "two files of a model" => [.. rows, PlantedRows.Row(PlantedRows.Model(3) with { Hash = "1" }, 0, 0, 0, 0.9)],
            "two slices" => [.. rows, .. rows.Select(row => row with { Method = "GradCAM" })],
            _ => [.. rows, HandMadeRows.Failed],
        };
        string page = Written(Page(audit) with { Issues = what == "findings" ? AllKinds(rows) : [], Notes = ["All is well."] });

        WellFormed(page);
        Assert.Contains("<title>Ours</title>", page);
        Assert.Contains("All is well.", page);
        Assert.Contains("<meta name=\"generator\" content=\"EasyExplain\">", page[..500]);
        Assert.Equal(what.StartsWith("two", StringComparison.Ordinal) ? 2 : what is "none" or "failed" or "no classes" ? 0 : 1,
            Regex.Count(page, "<section class=\"classes\""));
        Assert.Equal(what is "findings" or "failed", page.Contains("id=\"failures\""));
        Assert.Equal(what is not ("none" or "failed"), page.Contains("Nothing was found") || page.Contains("<article"));
        Assert.DoesNotContain("NaN", page.Replace(ScriptOf(page), ""));
        Assert.All(Regex.Matches(page, "href=\"#([^\"?]*)[\"?]").Select(link => link.Groups[1].Value).Distinct(),
            target => Assert.Contains($"id=\"{target}\"", page));
        string[] regions = [.. Regex.Matches(page, "role=\"region\" aria-label=\"[^\"]*\"").Select(region => region.Value)];
        Assert.Equal(regions.Distinct(), regions);
    }

    [Fact]
    public void ThePolicy_NamesTheHashesOfTheOneStyleAndTheOneScript()
    {
        string page = Written(Page());
        string policy = WebUtility.HtmlDecode(
            Regex.Match(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value);
        string style = Assert.Single(Regex.Matches(page, "<style>(.*?)</style>", RegexOptions.Singleline)).Groups[1].Value;

        Assert.StartsWith("default-src 'none'; ", policy);
        Assert.Contains($"script-src '{Hash(ScriptOf(page))}' 'strict-dynamic'", policy);
        Assert.Contains($"style-src '{Hash(style)}'", policy);
        Assert.Contains("preact", ScriptOf(page));
        Assert.Contains("MIT License", page);
        Assert.Contains("Apache License", page);
    }

    [Fact]
    public void HostileNames_StayText()
    {
        AuditedModel model = PlantedRows.Model() with { Name = Hostile, Labels = [.. Enumerable.Range(0, 4).Select(i => Hostile + i)] };
        CamAuditRow[] rows = [.. Enumerable.Range(0, 12)
            .Select(i => PlantedRows.Row(model, i, i % 4, i / 4, 0.9) with { Method = Hostile })];
        CamAuditRow[] gone = [HandMadeRows.Failed with { File = Hostile, Error = Hostile, Path = "/secret/" + Hostile }];
        string page = Written(Page([.. rows, .. gone]) with
        {
            Title = Hostile,
            Source = Hostile,
            Issues = [.. AllKinds(rows), .. Enumerable.Range(0, 9).Select(_ => Issues.Of(IssueKind.LabelError, Hostile, rows[1]))],
            Notes = [Hostile],
            Thumbnail = _ => "data:image/jpeg;base64,AAAA",
        });

        WellFormed(page);
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("/secret", page);
        Assert.Equal(1 + 1, Regex.Count(page, "<script")); // the data, and the page's own
        string text = page.Replace(ScriptOf(page), "");
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&#x60;&amp;{{Title}}\u202E", text);
        Assert.Contains("expected=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22%27%60%26%7B%7BTitle%7D%7D%E2%80%AE%0A%0D%3Dx0", text);
        // What turns text around is inside an element that keeps it there, or in an attribute.
        Assert.DoesNotContain('\u202E', Regex.Replace(text, "<bdi>[^<]*</bdi>|<title>[^<]*</title>|(aria-label|alt|title)=\"[^\"]*\"", ""));
    }

    [Fact]
    public void Data_IsEmbeddedAsItIs_AndNothingThatCouldEndItsElement()
    {
        Assert.Contains("<script type=\"application/json\" id=\"rows\">{\"a\":\"\\u003C{{Title}}\"}</script>",
            Written(Page(), ("rows", "{\"a\":\"\\u003C{{Title}}\"}")));
        var text = new StringWriter();
        string Next(int i) => i == 0 || text.ToString().Contains($"id=\"pack-{i - 1}\"") ? "1" : "<"; // piece by piece, or it throws
        Page().Write(text, Enumerable.Range(0, 3).Select(i => ($"pack-{i}", Next(i))));
        Assert.Throws<ArgumentException>(() => Written(Page(), ("rows", "\"</script>\"")));
    }

    [Fact]
    public void AShortcut_HasItsProofItsMapsAndItsImages()
    {
        CamAuditRow[] rows = [.. ReportRowsOf.Confused(2, (0, 0, 9), (1, 1, 1)).Select((row, i) => row with
        {
            StoredMaps = [PlantedRows.Blob("layer1", 8, i < 7 ? 0.9 : 0.5, i < 7 ? 0.1 : 0.5)],
        })];
        CamIssue issue = Issues.With(IssueKind.Shortcut, "They have a tag.", new()
        {
            ["Mark"] = "shared look",
            ["Turned"] = new ProvedShare(0.99, 0.975, 1, 200),
            ["TurnedByOthers"] = new ProvedShare(0, 0, 0, 200),
        }, rows[..7]);
        string page = Written(
            Page(rows) with { Issues = [issue], Maps = Maps(rows, issue), Thumbnail = row => $"data:image/jpeg;base64,{row.Id}" });
        string article = Regex.Match(page, "<article.*?</article>", RegexOptions.Singleline).Value;

        Assert.Contains("put on other classes’ images: now <bdi>a</bdi></th>", article);
        Assert.Contains("<td>97.5 % to 100.0 %</td><td>200</td>", article);
        Assert.Contains("width=\"99\" height=\"6\"", article);
        Assert.Contains("alt=\"Most heat in the lower left corner\">\n<figcaption>The mean map of these 7 images<", article);
        Assert.Contains("alt=\"Most heat in the centre\">\n<figcaption>The mean map of the class’s other 2 images<", article);
        Assert.Equal(6, Regex.Count(article, "src=\"data:image/jpeg"));
        Assert.Contains("<a href=\"#gallery?issue=0\">Show all 7 images</a>", article);
        Assert.Contains("href=\"#gallery?issue=0&amp;image=3\"", article);
    }

    [Fact]
    public void APairThatIsConfused_HasBothWays()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(3, (0, 0, 8), (0, 1, 2), (1, 1, 4), (1, 0, 1));
        CamIssue issue = Issues.Of(IssueKind.ConfusedPair, "A pair.", rows[8], rows[9], rows[14]);
        string page = Written(Page(rows) with { Issues = [issue] });

        string[] lines = [.. Regex.Matches(page, "taken for.*?</tr>", RegexOptions.Singleline).Select(line => line.Value)];
        Assert.Contains(lines, line => line.StartsWith("taken for <bdi>b</bdi>", StringComparison.Ordinal)
            && line.Contains("<td>20.0 %</td><td>5.7 % to 51.0 %</td><td>10</td>"));
        Assert.Contains(lines, line => line.StartsWith("taken for <bdi>a</bdi>", StringComparison.Ordinal)
            && line.Contains("<td>20.0 %</td><td>3.6 % to 62.4 %</td><td>5</td>"));
    }

    [Fact]
    public void ALabelError_HasItsWitnesses()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(2, (0, 1, 1));
        CamIssue issue = Issues.With(IssueKind.LabelError, "Wrong.", new()
        {
            ["Expected"] = "a",
            ["Predicted"] = "b",
            ["Neighbours"] = 30,
            ["NeighboursAsPredicted"] = 27,
            ["NeighboursAsExpected"] = 0,
        }, rows);

        // Wilson's interval of 27 of 30, by hand.
        Assert.Matches("labelled <bdi>b</bdi></th>\\s*<td><svg[^$]*?<td>90.0 %</td><td>74.4 % to 96.5 %</td><td>30</td>",
            Written(Page(rows) with { Issues = [issue] }));
    }

    [Fact]
    public void ManyFindingsAboutSingleImages_AreFoldedAfterTheFirst()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(2, (0, 1, 120));
        string page = Written(Page(rows) with { Issues = [.. rows.Select(row => Issues.Of(IssueKind.LabelError, "Wrong.", row))] });

        Assert.Equal(5, Regex.Count(page, "<article"));
        Assert.Contains("<summary>115 more label errors</summary>", page);
        Assert.Contains("<li id=\"finding-119\"><a href=\"#gallery?issue=119\">", page);
    }

    [Fact]
    public void APartOfTheImages_IsToldAndLinkedByItsOwnPlaces()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(2, (0, 0, 5), (1, 1, 5));
        ReportPage page = Page(rows);
        string text = Written(page with { Kept = page.Rows.Only([2, 7]), Issues = [Issues.Of(IssueKind.OddOneOut, "Odd.", rows[7])] });

        Assert.Contains("This file holds 2 of 10 images: ", text);
        Assert.Contains("right about 10 of 10 images", text);
        Assert.Contains("issue=0&amp;image=1\"", text);
    }

    [Fact]
    public void OfManyFailures_TheFirstAreListed()
    {
        string page = Written(Page([.. Enumerable.Range(0, 203).Select(i => HandMadeRows.Failed with { File = $"{i:000}.jpg" })]));

        Assert.Contains("<caption>203 images that could not be explained</caption>", page);
        Assert.Contains("<bdi>199.jpg</bdi>", page);
        Assert.DoesNotContain("<bdi>200.jpg</bdi>", page);
        Assert.Contains("<p>and 3 more</p>", page);
    }

    [Fact]
    public void AThousandClassesAndFindings_FitIntoTheIndex()
    {
        AuditedModel model = SyntheticRows.Model();
        CamAuditRow[] rows = [.. Enumerable.Range(0, 3000).Select(i =>
            PlantedRows.Row(model, i, i % 1000, i % 3 == 0 ? (i + 7) % 1000 : i % 1000, 0.9) with
            {
                StoredMaps = [PlantedRows.Blob("layer1", 14, 0.1, 0.1)],
            })];
        IssueKind[] kinds = Enum.GetValues<IssueKind>();
        string summary = new('x', 400);
        string page = Written(Page(rows) with
        {
            Issues = [.. Enumerable.Range(0, 1000).Select(i =>
                Issues.Of(kinds[i % kinds.Length], summary, rows[i], rows[i + 1000]))],
            Thumbnail = _ => new string('A', 10_000),
        });

        WellFormed(page);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 2_000_000, 3_500_000); // the script's data has room in 5 MB
        Assert.InRange(Regex.Matches(page, "A{10000}").Sum(match => match.Length), 1_400_000, 1_500_000);
        Assert.Contains("950 more classes", page);
        string head = Regex.Match(page, "<table class=\"matrix\">.*?</thead>", RegexOptions.Singleline).Value;
        Assert.Equal(25 + 2, Regex.Count(head, "scope=\"col\"")); // others, all
        Assert.Contains("<abbr title=\"label of class", head); // there is no room for the labels themselves
    }

    [Fact]
    public void ThePage_IsTheSameInEveryCulture()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(3, (0, 0, 2001), (0, 1, 17), (2, 2, 3));
        ReportPage page = Page(rows) with { Issues = AllKinds(rows) };
        string invariant = Written(page);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(invariant, Written(page));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static ReportPage Page(params CamAuditRow[] rows) => new()
    {
        Title = "Ours",
        Rows = ReportRowsOf.Audit(rows),
        Made = new DateTime(2026, 11, 28, 15, 4, 5, DateTimeKind.Utc),
    };

    private static string Written(ReportPage page, params (string Id, string Json)[] data)
    {
        var text = new StringWriter();
        page.Write(text, data is [] ? [("report", "{}")] : data);
        return text.ToString().Replace("&#x3D;", "="); // escaped without need
    }

    private static ClassMaps Maps(CamAuditRow[] rows, CamIssue issue) =>
        ClassMaps.Read(ReportSource.Of(rows), ReportRowsOf.Audit(rows), [issue]);

    private static CamIssue[] AllKinds(CamAuditRow[] rows) => [.. Enum.GetValues<IssueKind>()
        .Select(kind => Issues.With(kind, $"About {rows[0].File}.", new() { ["Mark"] = Hostile }, rows[..3]))];

    private static CamAuditRow Improbable(CamAuditRow row) => row with
    {
        Probability = double.NaN,
        ExpectedProbability = null,
        Predictions = [.. row.Predictions.Select(prediction => prediction with { Probability = double.NaN })],
    };

    private static CamAuditRow Unlabelled(CamAuditRow row) =>
        row with { Expected = null, ExpectedClass = -1, ExpectedProbability = null, Correct = null };

    private static string ScriptOf(string page) => Regex.Match(page, "<script>(.*)</script>", RegexOptions.Singleline).Groups[1].Value;

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Elements are closed in their order, ids are there once, and no attribute runs a script or sets a style.</summary>
    private static void WellFormed(string page)
    {
        string text = page.Replace(ScriptOf(page), "");
        var open = new Stack<string>();
        var ids = new HashSet<string>();
        foreach (Match tag in Tag().Matches(text))
        {
            string name = tag.Groups["name"].Value, attributes = tag.Groups["attributes"].Value;
            foreach (Match attribute in Attribute().Matches(attributes))
            {
                string key = attribute.Groups[1].Value;
                Assert.False(key == "style" || key.StartsWith("on", StringComparison.OrdinalIgnoreCase), tag.Value);
                Assert.True(key != "id" || ids.Add(attribute.Groups[2].Value), $"{attribute.Value} is there twice.");
            }
            Assert.Matches("^(\\s+[a-zA-Z:-]+=\"[^\"<>]*\")*\\s*/?$", attributes);
            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(open.Pop(), name);
            }
            else if (!attributes.EndsWith('/') && name is not ("meta" or "img" or "br"))
            {
                open.Push(name);
            }
        }
        Assert.Empty(open);
        Assert.DoesNotMatch("<(?![a-zA-Z/!])", text);
        Assert.DoesNotContain("{{#", text);
        Assert.Single(Regex.Matches(text, "<h1>"));
    }

    [GeneratedRegex("</?(?<name>[a-zA-Z][a-zA-Z0-9]*)(?<attributes>[^>]*)>")]
    private static partial Regex Tag();

    [GeneratedRegex("([a-zA-Z:-]+)=\"([^\"]*)\"")]
    private static partial Regex Attribute();
}
