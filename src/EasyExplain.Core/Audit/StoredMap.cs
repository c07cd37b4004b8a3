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
}
