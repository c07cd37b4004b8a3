namespace EasyExplain.Import.Onnx;

/// <summary>
/// The numbers of ONNX's types that libtorch has not: unsigned ones of two to eight bytes, integers of two and four bits, fractions of
/// four and eight.
/// </summary>
internal static class OnnxSmallNumbers
{
    /// <summary>How many bits one number has; null of a type that is not read here.</summary>
    public static int? Bits(int type) => type switch
    {
        OnnxType.UInt16 => 16,
        OnnxType.UInt32 => 32,
        OnnxType.UInt64 => 64,
        OnnxType.Float8E4M3Fn or OnnxType.Float8E4M3Fnuz or OnnxType.Float8E5M2 or OnnxType.Float8E5M2Fnuz or OnnxType.Float8E8M0 => 8,
        OnnxType.UInt4 or OnnxType.Int4 or OnnxType.Float4E2M1 => 4,
        OnnxType.UInt2 or OnnxType.Int2 => 2,
        _ => null,
    };

    /// <summary>Whether they are fractions.</summary>
    public static bool AreFractions(int type) =>
        type is >= OnnxType.Float8E4M3Fn and <= OnnxType.Float8E5M2Fnuz or OnnxType.Float4E2M1 or OnnxType.Float8E8M0;

    /// <summary>Integers out of their bytes; of those smaller than a byte the lowest bits come first.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="bytes">All of them.</param>
    /// <param name="count">How many numbers.</param>
    public static long[] Integers(int type, ReadOnlySpan<byte> bytes, long count)
    {
        int bits = Bits(type)!.Value;
        bool signed = type is OnnxType.Int4 or OnnxType.Int2;
        long[] values = new long[count];
        for (int i = 0; i < count; i++)
        {
            ulong value = Stored(bytes, i, bits);
            values[i] = signed && value >> (bits - 1) != 0 ? (long)value - (1L << bits) : (long)value;
        }
        return values;
    }

    /// <summary>Fractions out of their bytes (Micikevicius et al. 2022, arXiv 2209.05433, and OCP's microscaling formats).</summary>
    public static float[] Fractions(int type, ReadOnlySpan<byte> bytes, long count)
    {
        int bits = Bits(type)!.Value;
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Fraction(type, (int)Stored(bytes, i, bits));
        }
        return values;
    }

    private static ulong Stored(ReadOnlySpan<byte> bytes, int index, int bits)
    {
        if (bits < 8)
        {
            int perByte = 8 / bits;
            return (ulong)(bytes[index / perByte] >> index % perByte * bits) & ((1ul << bits) - 1);
        }
        ulong value = 0;
        for (int at = bits / 8 - 1; at >= 0; at--)
        {
            value = value << 8 | bytes[index * (bits / 8) + at];
        }
        return value;
    }

    private static float Fraction(int type, int stored)
    {
        if (type == OnnxType.Float8E8M0)
        {
            return stored == 0xff ? float.NaN : MathF.ScaleB(1, stored - 127); // nothing but an exponent
        }
        (int mantissaBits, int bias, bool unsignedZero) = type switch
        {
            OnnxType.Float8E4M3Fn => (3, 7, false),
            OnnxType.Float8E4M3Fnuz => (3, 8, true),
            OnnxType.Float8E5M2 => (2, 15, false),
            OnnxType.Float8E5M2Fnuz => (2, 16, true),
            _ => (1, 1, false),
        };
        int signBit = type == OnnxType.Float4E2M1 ? 3 : 7;
        int magnitude = stored & ((1 << signBit) - 1);
        (int exponent, int mantissa) = (magnitude >> mantissaBits, magnitude & ((1 << mantissaBits) - 1));
        bool negative = stored >> signBit != 0;
        float value = (type, magnitude) switch
        {
            (_, 0) when unsignedZero && negative => float.NaN,
            (OnnxType.Float8E4M3Fn, 0x7f) => float.NaN,
            (OnnxType.Float8E5M2, 0x7c) => float.PositiveInfinity,
            (OnnxType.Float8E5M2, > 0x7c) => float.NaN,
            _ when exponent == 0 => MathF.ScaleB(mantissa, 1 - bias - mantissaBits),
            _ => MathF.ScaleB((1 << mantissaBits) + mantissa, exponent - bias - mantissaBits),
        };
        return negative ? -value : value;
    }
}

/// <summary>The types that ONNX's tensors may have (TensorProto.DataType).</summary>
internal static class OnnxType
{
    /// <summary>Not said.</summary>
    public const int Undefined = 0;

    public const int UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, UInt32 = 12, UInt64 = 13,
        Float8E4M3Fn = 17, Float8E4M3Fnuz = 18, Float8E5M2 = 19, Float8E5M2Fnuz = 20,
        UInt4 = 21, Int4 = 22, Float4E2M1 = 23, Float8E8M0 = 24, UInt2 = 25, Int2 = 26;

    /// <summary>The lowest and the highest number of a type to which fractions are quantised; null of others.</summary>
    public static (double Lowest, double Highest)? Range(int type) => type switch
    {
        UInt8 => (0, 255),
        Int8 => (-128, 127),
        UInt16 => (0, 65535),
        Int16 => (-32768, 32767),
        UInt4 => (0, 15),
        Int4 => (-8, 7),
        UInt2 => (0, 3),
        Int2 => (-2, 1),
        _ => null,
    };
}
