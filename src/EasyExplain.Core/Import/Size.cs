namespace EasyExplain.Import;

/// <summary>
/// A number that a model computes of the sizes of its tensors, and that may depend on how many pictures are given: PerPicture · N + Fixed.
/// </summary>
/// <param name="Fixed">What does not depend on it.</param>
/// <param name="PerPicture">What each picture adds.</param>
internal readonly record struct Size(long Fixed, long PerPicture = 0)
{
    /// <summary>As many as there are pictures.</summary>
    public static Size OfPictures => new(0, 1);

    /// <summary>Whether it is the same for every number of pictures.</summary>
    public bool IsFixed => PerPicture == 0;

    /// <summary>A number that is the same for every number of pictures.</summary>
    public static implicit operator Size(long number) => new(number);

    /// <summary>Its value for so many pictures.</summary>
    public long At(long pictures) => checked(PerPicture * pictures + Fixed);

    /// <summary>Sum.</summary>
    public static Size operator +(Size a, Size b) => checked(new(a.Fixed + b.Fixed, a.PerPicture + b.PerPicture));

    /// <summary>Difference.</summary>
    public static Size operator -(Size a, Size b) => checked(new(a.Fixed - b.Fixed, a.PerPicture - b.PerPicture));

    /// <summary>Product.</summary>
    /// <exception cref="NotSupportedException">It would grow with the square of the number of pictures.</exception>
    public static Size operator *(Size a, Size b) => a.IsFixed || b.IsFixed
        ? checked(new(a.Fixed * b.Fixed, a.Fixed * b.PerPicture + b.Fixed * a.PerPicture))
        : throw new NotSupportedException("The network computes with the square of the number of pictures.");

    /// <summary>Quotient, rounded down.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is 0.</exception>
    /// <exception cref="NotSupportedException">Its rounding would depend on the number of pictures.</exception>
    public static Size operator /(Size a, Size b)
    {
        if (b.IsFixed && a.PerPicture % b.Fixed == 0)
        {
            return new(Floor(a.Fixed, b.Fixed), a.PerPicture / b.Fixed);
        }
        bool multiple = !b.IsFixed && a.PerPicture % b.PerPicture == 0 && a.Fixed == a.PerPicture / b.PerPicture * b.Fixed;
        return multiple ? a.PerPicture / b.PerPicture
            : throw new NotSupportedException("The network divides the number of pictures, and drops the rest.");
    }

    /// <summary>Quotient without a rest: what is left of a shape when the rest of it is known.</summary>
    /// <exception cref="NotSupportedException">There is a rest, or one that depends on the number of pictures.</exception>
    public static Size Exactly(Size total, Size known)
    {
        if (!known.IsFixed)
        {
            // (f + p·N) / (k·N) has no N left.
            return total.Fixed == 0 && known.Fixed == 0 && total.PerPicture % known.PerPicture == 0
                ? new Size(total.PerPicture / known.PerPicture)
                : throw new NotSupportedException("to a shape that depends on how many pictures are in the batch");
        }
        return total.Fixed % known.Fixed == 0 && total.PerPicture % known.Fixed == 0
            ? new Size(total.Fixed / known.Fixed, total.PerPicture / known.Fixed)
            : throw new NotSupportedException("to a shape that fits only a certain number of pictures");
    }

    /// <summary>Less than, for every number of pictures.</summary>
    public static bool operator <(Size a, Size b) => Same(a, b, (x, y) => x < y);

    /// <summary>More than, for every number of pictures.</summary>
    public static bool operator >(Size a, Size b) => Same(a, b, (x, y) => x > y);

    /// <summary>At most, for every number of pictures.</summary>
    public static bool operator <=(Size a, Size b) => Same(a, b, (x, y) => x <= y);

    /// <summary>At least, for every number of pictures.</summary>
    public static bool operator >=(Size a, Size b) => Same(a, b, (x, y) => x >= y);

    private static long Floor(long a, long b) => a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);

    private static bool Same(Size a, Size b, Func<long, long, bool> compare)
    {
        bool answer = compare(a.At(2), b.At(2));
        return answer == compare(a.At(3), b.At(3)) ? answer
            : throw new NotSupportedException("The network does other things for other numbers of pictures.");
    }
}
