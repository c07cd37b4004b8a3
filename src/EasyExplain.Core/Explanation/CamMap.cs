using System.Runtime.InteropServices;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>A point of the original photo, in pixels from its top left corner.</summary>
public readonly record struct PixelPoint(int X, int Y)
{
    /// <inheritdoc/>
    public override string ToString() => $"{X}, {Y}";
}

/// <summary>Where a layer looked: a map at the layer's own size, scaled to [0, 1], or to [−1, 1] if it has signs.</summary>
/// <remarks>It lives in managed memory; <see cref="Tensor"/> makes a native copy only when somebody asks for it. What is internal here is a
/// property in PowerShell, too (see EasyExplain.Types.ps1xml), but not one that ConvertTo-Json writes.</remarks>
public sealed class CamMap
{
    private readonly float[,] _values;
    private readonly PixelRegion _region; // of the photo, that the map covers
    private readonly int _photoWidth;
    private readonly int _photoHeight;
    private Tensor? _tensor;

    internal CamMap(
        string layer, float[,] values, PixelRegion region, int photoWidth, int photoHeight, bool isSigned = false, double? unit = null)
    {
        (Layer, _values, _region, _photoWidth, _photoHeight) = (layer, values, region, photoWidth, photoHeight);
        (IsSigned, Unit) = (isSigned, unit);
        var (y, x) = Highest(values);
        IsEmpty = values[y, x] == 0 && (!isSigned || values.Cast<float>().All(value => value == 0));
        Peak = new PixelPoint(
            Math.Clamp((int)(region.X + (x + 0.5) / Width * region.Width), 0, photoWidth - 1),
            Math.Clamp((int)(region.Y + (y + 0.5) / Height * region.Height), 0, photoHeight - 1));
    }

    /// <summary>A map <c>[h, w]</c> over the part of a photo that a model sees.</summary>
    internal static CamMap Of(
        string layer, Tensor map, Preprocessing preprocessing, Photo photo, bool isSigned = false, double? unit = null)
    {
        var values = new float[map.shape[0], map.shape[1]];
        map.to(CPU).contiguous().bytes.CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref values[0, 0], values.Length)));
        values = CanvasPart.Of(values, preprocessing.CanvasShare);
        PixelRegion region = preprocessing.RegionOf(photo.OriginalWidth, photo.OriginalHeight);
        return new CamMap(layer, values, region, photo.OriginalWidth, photo.OriginalHeight, isSigned, unit);
    }

    /// <summary>The layer's name; of a fused map, the names joined by +.</summary>
    public string Layer { get; }

    /// <summary>Rows.</summary>
    public int Height => _values.GetLength(0);

    /// <summary>Columns.</summary>
    public int Width => _values.GetLength(1);

    /// <summary>The map as a float32 tensor <c>[Height, Width]</c> on the CPU, made at the first question.</summary>
    internal Tensor Tensor => _tensor ??= torch.tensor(_values).DetachFromDisposeScope();

    /// <summary>The centre of the highest cell, in pixels of the original photo.</summary>
    internal PixelPoint Peak { get; }

    /// <summary>The centre of the highest cell, in pixels from the original photo's left edge.</summary>
    public int PeakX => Peak.X;

    /// <summary>The centre of the highest cell, in pixels from the original photo's upper edge.</summary>
    public int PeakY => Peak.Y;

    /// <summary>True if its values go from −1 to 1: above 0 they speak for the class, below against it. Else they go from 0 to 1.</summary>
    public bool IsSigned { get; }

    /// <summary>
    /// Of a signed map what 1 stands for, in the method's own numbers: the map times this is the share of each place in the score (LRP,
    /// IntegratedGradients), its change (Occlusion) or its gradient. Null where there is no such number.
    /// </summary>
    public double? Unit { get; }

    /// <summary>True if it is zero everywhere: nothing at this layer spoke for the class, or against it.</summary>
    public bool IsEmpty { get; }

    /// <summary>A copy of the values, <c>[Height, Width]</c>, 0 to 1, or −1 to 1 where it is signed.</summary>
    public float[,] ToArray() => (float[,])_values.Clone();

    /// <summary>The rectangle around the largest area where the map, enlarged to the photo as a mask is, reaches 0.5.</summary>
    /// <returns>Null where it is zero everywhere.</returns>
    public CamBox? GetBox() => GetBox(0.5);

    /// <summary>
    /// The rectangle around the largest area where the map, enlarged to the photo as a mask is, reaches <paramref name="threshold"/>.
    /// </summary>
    /// <param name="threshold">From 0 to 1.</param>
    /// <returns>Null where the map is zero everywhere, or reaches the threshold nowhere between the cells of a small photo.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold does not lie between 0 and 1.</exception>
    public CamBox? GetBox(double threshold)
    {
        if (threshold is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold lies between 0 and 1.");
        }
        if (IsEmpty)
        {
            return null;
        }
        bool[] reached = new bool[checked(_photoWidth * _photoHeight)];
        Overlay.Spread(_values, _region, _photoWidth, _photoHeight, (first, values) =>
        {
            for (int x = 0; x < values.Length; x++)
            {
                reached[first + x] = values[x] >= (float)threshold;
            }
        });
        return LargestArea.Of(reached, _photoWidth) is { } area
            ? new CamBox(area.Left, area.Top, area.Right - area.Left + 1, area.Bottom - area.Top + 1, (double)area.Pixels / reached.Length)
            : null;
    }

    /// <summary>
    /// The share of the map's energy, of what speaks for the class, that lies in a box of the photo, from 0 to 1: each cell counts by the
    /// part of it that the box covers.
    /// </summary>
    /// <returns>Null where nothing speaks for the class.</returns>
    internal double? EnergyIn(DetectionBox box)
    {
        double within = 0, all = 0, cellWidth = _region.Width / Width, cellHeight = _region.Height / Height;
        for (int y = 0; y < Height; y++)
        {
            double rows = Covered(_region.Y + y * cellHeight, cellHeight, box.Y, box.Height);
            for (int x = 0; x < Width; x++)
            {
                double energy = Math.Max(_values[y, x], 0);
                all += energy;
                within += energy > 0 && rows > 0 ? energy * rows * Covered(_region.X + x * cellWidth, cellWidth, box.X, box.Width) : 0;
            }
        }
        return all > 0 ? Math.Min(1, within / all) : null;

        static double Covered(double cell, double length, double from, double extent) =>
            Math.Max(0, Math.Min(cell + length, from + extent) - Math.Max(cell, from)) / length;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} ({Height}×{Width})";

    private static (int Y, int X) Highest(float[,] values)
    {
        ReadOnlySpan<float> all = MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length);
        int best = 0;
        for (int at = 1; at < all.Length; at++)
        {
            best = all[at] > all[best] ? at : best;
        }
        return Math.DivRem(best, values.GetLength(1));
    }
}
