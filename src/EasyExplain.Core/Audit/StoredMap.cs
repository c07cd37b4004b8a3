using EasyExplain.Explanation;

namespace EasyExplain.Audit;

/// <summary>A map as an audit file keeps it, at its layer's size.</summary>
/// <param name="Layer">The layer's name; of the fused map, the names joined by +.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Row by row, 0 to 255 for 0 to 1.</param>
internal sealed record StoredMap(string Layer, int Height, int Width, byte[] Values)
{
    /// <summary>Whether it is zero everywhere.</summary>
    public bool IsEmpty => Array.TrueForAll(Values, value => value == 0);

    /// <summary>Keeps a map, rounded to steps of 1/255.</summary>
    public static StoredMap Of(CamMap map)
    {
        byte[] values = new byte[map.Height * map.Width];
        int index = 0;
        foreach (float value in map.ToArray())
        {
            values[index++] = (byte)MathF.Round(Math.Clamp(value, 0, 1) * 255);
        }
        return new StoredMap(map.Layer, map.Height, map.Width, values);
    }

    /// <summary>The values, <c>[Height, Width]</c>, 0 to 1.</summary>
    public float[,] ToArray()
    {
        var values = new float[Height, Width];
        for (int index = 0; index < Values.Length; index++)
        {
            values[index / Width, index % Width] = Values[index] / 255f;
        }
        return values;
    }
}
