namespace EasyExplain.Import;

/// <summary>
/// A sum of products over one index, such as <c>bgid,bgjd->bgij</c>, as a product of matrices: how the dimensions of both sides are put in
/// order before it, and those of the result after it.
/// </summary>
/// <param name="Left">The order of the first input's dimensions: those of both and of the result, its own, the summed one.</param>
/// <param name="Right">The second's: those of both and of the result, the summed one, its own.</param>
/// <param name="Result">The order of the product's.</param>
internal sealed record Einsum(long[] Left, long[] Right, long[] Result)
{
    /// <summary>Reads an equation; null where it is no product of matrices.</summary>
    /// <param name="equation">Einstein's notation, as NumPy, PyTorch and ONNX have it.</param>
    /// <param name="leftRank">The dimensions of the first input.</param>
    /// <param name="rightRank">Those of the second.</param>
    public static Einsum? Parse(string equation, int leftRank, int rightRank)
    {
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] terms = sides[0].Split(',');
        if (sides is not [_, var output] || terms is not [var left, var right] || equation.Contains('.', StringComparison.Ordinal)
            || left.Distinct().Count() != left.Length || right.Distinct().Count() != right.Length
            || output.Distinct().Count() != output.Length
            || left.Length != leftRank || right.Length != rightRank)
        {
            return null;
        }
        string batch = string.Concat(left.Where(index => right.Contains(index) && output.Contains(index)));
        string summed = string.Concat(left.Where(index => right.Contains(index) && !output.Contains(index)));
        string rows = string.Concat(left.Where(index => !right.Contains(index))),
            columns = string.Concat(right.Where(index => !left.Contains(index)));
        string result = batch + rows + columns;
        return summed.Length == 1 && rows.Length == 1 && columns.Length == 1 && result.Order().SequenceEqual(output.Order())
            ? new Einsum(Order(left, batch + rows + summed), Order(right, batch + summed + columns), Order(result, output))
            : null;
    }

    private static long[] Order(string indices, string wanted) =>
        [.. wanted.Select(index => (long)indices.IndexOf(index, StringComparison.Ordinal))];
}
