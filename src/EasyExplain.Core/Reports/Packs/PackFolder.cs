using System.Text.RegularExpressions;

namespace EasyExplain.Reports.Packs;

/// <summary>Writes a gallery's files: packs, and what a page knows of all images.</summary>
internal static partial class PackFolder
{
    /// <summary>Writes them one after the other, in flat memory.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="source">Where whole rows come from.</param>
    /// <param name="gallery">All images.</param>
    /// <param name="progress">Is told after each image how many are done.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Write(
        string folder, ReportSource source, Gallery gallery, Action<int>? progress = null, CancellationToken cancel = default)
    {
        foreach (Pack pack in new PackMaker(source, gallery).Make(progress, cancel))
        {
            string sprite = pack.Name + ".jpg";
            File.WriteAllBytes(Path.Combine(folder, sprite), pack.Jpeg);
            WriteScript(folder, pack.Name, pack.Json(sprite));
        }
        WriteScript(folder, "rows", GalleryJson.Rows(gallery));
        WriteScript(folder, "names", GalleryJson.Names(gallery));
    }

    /// <summary>Whether something is a file that is called as one of these.</summary>
    public static bool IsDataFile(string path) => File.Exists(path) && Names().IsMatch(Path.GetFileName(path));

    private static void WriteScript(string folder, string name, byte[] json) =>
        File.WriteAllBytes(Path.Combine(folder, name + ".js"), PageJson.Script(name, json));

    [GeneratedRegex(@"\A(rows\.js|names\.js|pack-[0-9]{4,}\.(js|jpg))\z")]
    private static partial Regex Names();
}
