using System.Text.Json;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>The files of tests/data/formats, made by make_formats.py beside them.</summary>
internal static class FormatFiles
{
    /// <summary>Which PNG has the pixels that a file has to give.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Expected =
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(Path("expected.json")))!;

    internal static string Path(string name) => Repository.Data("formats", name);

    internal static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));
}
