using EasyExplain.Explanation;
using EasyExplain.Imaging;

namespace EasyExplain.Audit;

/// <summary>A map as an audit file keeps it, at its layer's size.</summary>
/// <param name="Layer">The layer's name; of the fused map, the names joined by +.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Row by row, 0 to 255 for 0 to 1: what speaks for the class.</param>
internal sealed record StoredMap(string Layer, int Height, int Width, byte[] Values)
{
    /// <summary>Of a map with signs what speaks against the class, 0 to 255 for 0 to −1; null of others.</summary>
    public byte[]? Against { get; init; }

    /// <summary>Whether nothing speaks for the class.</summary>
    public bool IsEmpty => Array.TrueForAll(Values, value => value == 0);

    /// <summary>Keeps a map, rounded to steps of 1/255.</summary>
    public static StoredMap Of(CamMap map)
    {
        float[] values = [.. map.ToArray().Cast<float>()];
        return new StoredMap(map.Layer, map.Height, map.Width, Array.ConvertAll(values, Rounded))
        {
            Against = map.IsSigned ? Array.ConvertAll(values, value => Rounded(-value)) : null,
        };

        static byte Rounded(float value) => (byte)MathF.Round(Math.Clamp(value, 0, 1) * 255);
    }

    /// <summary>The map over the part of an image that the model saw.</summary>
    public CamMap ToMap(PixelRegion region, int imageWidth, int imageHeight) =>
        new(Layer, ToArray(), region, imageWidth, imageHeight, isSigned: Against is not null);

    /// <summary>The values, <c>[Height, Width]</c>, 0 to 1; −1 to 1 of a map with signs.</summary>
    public float[,] ToArray()
    {
        var values = new float[Height, Width];
        for (int index = 0; index < Values.Length; index++)
        {
            values[index / Width, index % Width] = (Values[index] - (Against?[index] ?? 0)) / 255f;
        }
        return values;
    }
}
