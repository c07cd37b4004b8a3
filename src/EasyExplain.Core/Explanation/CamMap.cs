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

/// <summary>Where a layer looked: a class activation map at the layer's own size, scaled to [0, 1].</summary>
/// <remarks>It lives in managed memory; <see cref="Tensor"/> makes a native copy only when somebody asks for it. What is internal here is a
/// property in PowerShell, too (see EasyExplain.Types.ps1xml), but not one that ConvertTo-Json writes.</remarks>
public sealed class CamMap
{
    private readonly float[,] _values;
    private readonly float _highest;
    private Tensor? _tensor;

    internal CamMap(string layer, float[,] values, Func<double, double, PixelPoint> toPhoto)
    {
        (Layer, _values) = (layer, values);
        var (y, x) = Highest(values);
        _highest = values[y, x];
        Peak = toPhoto((x + 0.5) / Width, (y + 0.5) / Height);
    }

    /// <summary>A map <c>[h, w]</c> over the part of a photo that a model sees.</summary>
    internal static CamMap Of(string layer, Tensor map, Preprocessing preprocessing, Photo photo)
    {
        var values = new float[map.shape[0], map.shape[1]];
        float[] flat = map.to(CPU).contiguous().data<float>().ToArray();
        Buffer.BlockCopy(flat, 0, values, 0, flat.Length * sizeof(float));
        PixelRegion region = preprocessing.RegionOf(photo.OriginalWidth, photo.OriginalHeight);
        return new CamMap(layer, values, (x, y) => new PixelPoint(
            Math.Clamp((int)(region.X + x * region.Width), 0, photo.OriginalWidth - 1),
            Math.Clamp((int)(region.Y + y * region.Height), 0, photo.OriginalHeight - 1)));
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

    /// <summary>True if it is zero everywhere: nothing at this layer spoke for the class.</summary>
    public bool IsEmpty => _highest == 0;

    /// <summary>A copy of the values, <c>[Height, Width]</c>, 0 to 1.</summary>
    public float[,] ToArray() => (float[,])_values.Clone();

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} ({Height}×{Width})";

    private static (int Y, int X) Highest(float[,] values)
    {
        (int Y, int X) best = (0, 0);
        for (int y = 0; y < values.GetLength(0); y++)
        {
            for (int x = 0; x < values.GetLength(1); x++)
            {
                best = values[y, x] > values[best.Y, best.X] ? (y, x) : best;
            }
        }
        return best;
    }
}
