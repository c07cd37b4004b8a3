using EasyExplain.Audit;
using EasyExplain.Runtime;

namespace EasyExplain.Reports.Packs;

/// <summary>Makes the packs of a gallery, one after the other; the images of a pack are decoded side by side.</summary>
/// <param name="source">Where whole rows come from.</param>
/// <param name="gallery">All images.</param>
internal sealed class PackMaker(ReportSource source, Gallery gallery)
{
    /// <summary>How many images are on their way at once: decoded, a large one takes many megabytes.</summary>
    private static readonly int AtOnce = Math.Min(Environment.ProcessorCount + 1, 8);

    /// <summary>The packs in their order; each is made as it is asked for.</summary>
    /// <param name="progress">Is told after each image how many are done.</param>
    /// <param name="cancel">Stops it.</param>
    public IEnumerable<Pack> Make(Action<int>? progress = null, CancellationToken cancel = default)
    {
        for (int number = 0; number < gallery.PackCount; number++)
        {
            yield return new Pack(gallery, number, Images(number * gallery.PackSize, progress, cancel));
        }
    }

    private List<PackedImage> Images(int first, Action<int>? progress, CancellationToken cancel)
    {
        ReportRow[] rows = [.. gallery.Rows.Rows.Skip(first).Take(gallery.PackSize)];
        var images = new List<PackedImage>(rows.Length);
        using var work = new Beside<PackedImage>();
        int begun = 0;
        foreach (CamAuditRow row in source.Rows(rows))
        {
            int place = first + begun++;
            work.Start(() => new PackedImage(row, Thumbnails.Of(row, gallery.Side), gallery.Near(place)));
            if (work.Count >= AtOnce)
            {
                Take();
            }
        }
        while (work.Count > 0)
        {
            Take();
        }
        return images;

        void Take()
        {
            cancel.ThrowIfCancellationRequested();
            images.Add(work.Next());
            progress?.Invoke(first + images.Count);
        }
    }
}
