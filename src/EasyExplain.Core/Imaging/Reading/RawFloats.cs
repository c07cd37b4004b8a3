using System.Numerics;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Imaging.Reading;

/// <summary>A pixel of ImageSharp's that keeps float32 samples as they are: its own pixels clamp them to 0..1.</summary>
internal struct RawFloats : IPixel<RawFloats>
{
    private Vector3 _samples;

    /// <summary>Red, green and blue; three times the same of grey.</summary>
    internal readonly Vector3 Samples => _samples;

    public void FromScaledVector4(Vector4 vector) => FromVector4(vector);

    public void FromVector4(Vector4 vector) => _samples = new Vector3(vector.X, vector.Y, vector.Z);

    public readonly Vector4 ToScaledVector4() => ToVector4();

    public readonly Vector4 ToVector4() => new(_samples, 1);

    public readonly bool Equals(RawFloats other) => _samples.Equals(other._samples);

    public readonly PixelOperations<RawFloats> CreatePixelOperations() => new();

    // Integer samples are decoded into integer pixels.
    public readonly void FromArgb32(Argb32 source) => throw new NotSupportedException();

    public readonly void FromAbgr32(Abgr32 source) => throw new NotSupportedException();

    public readonly void FromBgra5551(Bgra5551 source) => throw new NotSupportedException();

    public readonly void FromBgr24(Bgr24 source) => throw new NotSupportedException();

    public readonly void FromBgra32(Bgra32 source) => throw new NotSupportedException();

    public readonly void FromL8(L8 source) => throw new NotSupportedException();

    public readonly void FromL16(L16 source) => throw new NotSupportedException();

    public readonly void FromLa16(La16 source) => throw new NotSupportedException();

    public readonly void FromLa32(La32 source) => throw new NotSupportedException();

    public readonly void FromRgb24(Rgb24 source) => throw new NotSupportedException();

    public readonly void FromRgba32(Rgba32 source) => throw new NotSupportedException();

    public readonly void FromRgb48(Rgb48 source) => throw new NotSupportedException();

    public readonly void FromRgba64(Rgba64 source) => throw new NotSupportedException();

    public readonly void ToRgba32(ref Rgba32 dest) => throw new NotSupportedException();
}
