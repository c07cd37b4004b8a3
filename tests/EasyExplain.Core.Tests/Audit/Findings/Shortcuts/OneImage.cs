using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>An image of 32 × 32 in a folder of its own, and its row: read colour by colour, its bytes count up from 0.</summary>
internal sealed class OneImage : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("image [1] ").FullName;

    public OneImage()
    {
        const int Cells = PlantedShortcut.Side * PlantedShortcut.Side;
        string path = Path.Combine(_folder, "a.png");
        ImageEncoder.Save(new Photo(PlantedShortcut.Side, PlantedShortcut.Side,
            [.. Enumerable.Range(0, 3 * Cells).Select(i => (byte)(i % 3 * Cells + i / 3))]), path, ImageFormat.Png);
        Row = PlantedRows.Make(1)[0] with { Path = path, File = "a.png", Hash = FileHash.Of(path) };
    }

    public CamAuditRow Row { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
