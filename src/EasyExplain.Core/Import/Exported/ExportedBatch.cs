namespace EasyExplain.Import.Exported;

/// <summary>
/// A graph that was exported for a fixed batch has it as a number in its shapes. Where a tensor has one for each picture, that number
/// becomes as many as there are pictures.
/// </summary>
/// <param name="pictures">The batch that it was exported for.</param>
internal sealed class ExportedBatch(long pictures)
{
    /// <summary>The batch that it was exported for.</summary>
    public long Pictures => pictures;

    /// <summary>The target of a reshape.</summary>
    /// <param name="shape">That of what gets another one.</param>
    /// <param name="target">The sizes in the graph; −1 for what follows from the rest.</param>
    public Size[] Reshaped(IReadOnlyList<Size> shape, Size[] target)
    {
        int at = Single(shape);
        if (at < 0 || target.Any(size => !size.IsFixed))
        {
            return target;
        }
        long[] sizes = [.. target.Select(size => size.Fixed)];
        long total = Product(shape), known = sizes.Where(size => size >= 0).Aggregate(1L, (product, size) => product * size);
        sizes = [.. sizes.Select(size => size < 0 && known > 0 ? total / known : size)];
        long before = Product(shape.Take(at)), passed = 1;
        for (int i = 0; i < sizes.Length; passed *= sizes[i++])
        {
            // The batch lies behind so many others in memory, by itself or within a larger size.
            bool isHere = passed == before ? sizes[i] % pictures == 0
                : passed < before && passed * sizes[i] > before && before % passed == 0 && sizes[i] % (before / passed * pictures) == 0;
            if (isHere)
            {
                return [.. sizes.Select((size, j) => j == i ? new Size(0, size / pictures) : new Size(size))];
            }
        }
        return target;
    }

    /// <summary>The target of a repetition along dimensions of one.</summary>
    /// <param name="shape">That of what is repeated.</param>
    /// <param name="target">The sizes in the graph; −1 for those that stay.</param>
    public Size[] Expanded(IReadOnlyList<Size> shape, Size[] target) => [.. target.Select((size, i) =>
    {
        int own = i - target.Length + shape.Count;
        return own >= 0 && !shape[own].IsFixed && size == new Size(shape[own].At(pictures)) ? shape[own]
            : i == 0 && pictures > 1 && size == new Size(pictures) && (own < 0 || shape[own] == new Size(1)) ? Size.OfPictures
            : size;
    })];

    /// <summary>How a part gets one for each picture, that is put together with others that have: null where it stays what it is.</summary>
    /// <param name="shape">The part's.</param>
    /// <param name="others">Those of all parts.</param>
    /// <param name="dim">Along which they are put together.</param>
    public Size[]? Joined(IReadOnlyList<Size> shape, IEnumerable<IReadOnlyList<Size>> others, long dim) =>
        pictures == 1 && dim != 0 && shape.Count > 1 && shape[0] == new Size(1)
        && others.Any(other => other.Count == shape.Count && other[0] == Size.OfPictures)
            ? [Size.OfPictures, .. shape.Skip(1)] : null;

    /// <summary>Where the one size is that grows with the pictures, and starts with none; −1 where there is none, or more.</summary>
    private static int Single(IReadOnlyList<Size> shape) =>
        shape.Count(size => !size.IsFixed) == 1 && shape.ToList().FindIndex(size => !size.IsFixed) is var at && shape[at].Fixed == 0
            ? at : -1;

    private long Product(IEnumerable<Size> sizes) => sizes.Aggregate(1L, (product, size) => product * size.At(pictures));
}
