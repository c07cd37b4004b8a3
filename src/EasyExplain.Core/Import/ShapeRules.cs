using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

/// <summary>
/// What an operator demands of its inputs, its weights and its numbers. A file may say anything; libtorch answers some of it by ending the
/// process, and some only in the middle of an explanation.
/// </summary>
internal static class ShapeRules
{
    private const long Most = int.MaxValue;

    /// <summary>
    /// Why an operator cannot run on inputs of these full shapes, as the end of a sentence; null where nothing speaks against it.
    /// </summary>
    /// <param name="operator">The operator, with its weights.</param>
    /// <param name="inputs">The shapes, for some number of pictures.</param>
    public static string? WhyNot(Operator @operator, IReadOnlyList<long[]> inputs) => @operator switch
    {
        Conv2d convolution => OfConvolution(convolution, inputs[0]),
        ConvTranspose2d back => OfTransposed(back, inputs[0]),
        BatchNorm2d norm => Channels(inputs[0], 2) ?? PerChannel(inputs[0], norm.Weight, norm.Bias, norm.RunningMean, norm.RunningVar),
        GroupNorm { Groups: var groups } norm => Channels(inputs[0], 2) ?? PerChannel(inputs[0], norm.Weight, norm.Bias)
            ?? (groups < 1 || inputs[0][1] % groups != 0 ? $"{inputs[0][1]} channels do not fall into {groups} groups" : null),
        InstanceNorm norm => Channels(inputs[0], 3) ?? PerChannel(inputs[0], norm.Weight, norm.Bias),
        LayerNorm norm => OverLast(inputs[0], norm.Dims, norm.Weight, norm.Bias),
        LocalResponseNorm norm => Channels(inputs[0], 3) ?? (norm.Size is < 1 or > Most ? $"it looks at {norm.Size} channels" : null),
        Linear linear => OfLinear(linear, inputs[0]),
        PReLU { Slope: var slope } => slope.Count == 1 || (inputs[0].Length > 1 && slope.Count == inputs[0][1]) ? null
            : $"it has {slope.Count} slopes for an input {Shown(inputs[0])}",
        MaxPool2d pool => OfWindow(inputs[0], pool.Kernel, pool.Stride, pool.Padding, pool.Dilation, pool.CeilMode),
        AvgPool2d { Divisor: 0 } => "it divides by 0",
        AvgPool2d pool => OfWindow(inputs[0], pool.Kernel, pool.Stride, pool.Padding, 1, pool.CeilMode),
        AdaptiveAvgPool2d pool => OfSize(inputs[0], pool.Size),
        AdaptiveMaxPool2d pool => OfSize(inputs[0], pool.Size),
        Resize { Size: { } size } => OfSize(inputs[0], size),
        Resize { Scale: { } scale } => Picture(inputs[0])
            ?? OfSize(inputs[0], ((long)(inputs[0][2] * scale.Height), (long)(inputs[0][3] * scale.Width))),
        ChannelAffine affine => Channels(inputs[0], 3) ?? (inputs[0][^3] != affine.Scale.Count && affine.Scale.Count != 1
            ? $"it has {affine.Scale.Count} factors for an input {Shown(inputs[0])}" : null),
        Pad pad => OfPad(pad, inputs[0]),
        Add or Subtract or Multiply or Divide or Maximum or Minimum or Power or Compare or Where => Together(inputs),
        Concat { Dim: var dim } => OfConcat(dim, inputs),
        Permute { Order: var order } => order.Count == inputs[0].Length ? null
            : $"it puts {order.Count} dimensions in order, and gets {Shown(inputs[0])}",
        _ => null,
    };

    private static string? OfConvolution(Conv2d convolution, long[] input)
    {
        IReadOnlyList<long> filters = convolution.Weight.Shape;
        long groups = convolution.Groups;
        return Picture(input) ?? Filters(filters) ?? Steps(convolution.Stride, convolution.Padding, convolution.Dilation)
            ?? (groups < 1 || filters[0] % groups != 0 ? $"{filters[0]} filters do not fall into {groups} groups"
                : input[1] != filters[1] * groups
                    ? $"its filters {Shown(filters)}, in {groups} groups, are for {filters[1] * groups} channels, and it gets {input[1]}"
                : Entries(convolution.Bias, filters[0])
                ?? Fits(input, (filters[2], filters[3]), convolution.Padding, convolution.Dilation));
    }

    private static string? OfTransposed(ConvTranspose2d back, long[] input)
    {
        IReadOnlyList<long> filters = back.Weight.Shape;
        (Extent stride, Extent rest, Extent gap) = (back.Stride, back.Rest, back.Dilation);
        if ((Picture(input) ?? Filters(filters) ?? Steps(stride, back.Padding, gap)) is { } wrong)
        {
            return wrong;
        }
        if (back.Groups < 1 || filters[0] % back.Groups != 0 || input[1] != filters[0])
        {
            return $"its filters {Shown(filters)} in {back.Groups} groups do not fit {input[1]} channels";
        }
        Extent most = (Math.Max(stride.Height, gap.Height), Math.Max(stride.Width, gap.Width));
        if (rest.Height < 0 || rest.Width < 0 || rest.Height >= most.Height || rest.Width >= most.Width)
        {
            return $"an output padding of [{rest.Height}, {rest.Width}] must be less than its stride or its dilation";
        }
        long[] output = back.OutputShape([input[1..]]);
        return Entries(back.Bias, filters[1] * back.Groups)
            ?? (output.All(size => size is > 0 and < Most) ? null : $"its output would be {Shown(output)}");
    }

    private static string? OfLinear(Linear linear, long[] input) => linear.Weight.Shape is not [var made, var read]
        ? $"its weights have the shape {Shown(linear.Weight.Shape)}"
        : input.Length == 0 || input[^1] != read ? $"it takes {read} numbers, and gets {Shown(input)}" : Entries(linear.Bias, made);

    private static string? OfWindow(long[] input, Extent kernel, Extent stride, Extent padding, Extent dilation, bool ceil) =>
        Picture(input) ?? Steps(stride, padding, dilation)
        ?? (!IsPositive(kernel) ? $"its window is [{kernel.Height}, {kernel.Width}]"
            : 2 * padding.Height > kernel.Height || 2 * padding.Width > kernel.Width
                ? $"a padding of [{padding.Height}, {padding.Width}] is more than half of its window, [{kernel.Height}, {kernel.Width}]"
            : ceil ? null : Fits(input, kernel, padding, dilation));

    private static string? OfSize(long[] input, Extent size) =>
        Picture(input) ?? (IsPositive(size) ? null : $"its output would be [{size.Height}, {size.Width}]");

    private static string? OfPad(Pad pad, long[] input)
    {
        int dims = pad.Amounts.Length / 2;
        if (pad.Amounts.Length % 2 != 0 || dims > input.Length || pad.Amounts.Any(amount => Math.Abs(amount) > Most))
        {
            return $"its padding {Shown(pad.Amounts)} does not fit {Shown(input)}";
        }
        if (pad.Mode != PadMode.Constant && !(dims is 1 or 2 or 3 && input.Length - dims is 1 or 2))
        {
            return $"other padding than with a number does not fit {dims} of {input.Length} dimensions";
        }
        for (int i = 0; i < dims; i++)
        {
            (long size, long before, long after) = (input[^(i + 1)], pad.Amounts[2 * i], pad.Amounts[2 * i + 1]);
            if (before < -size || after < -size || size + before + after < (pad.Mode == PadMode.Constant ? 0 : 1)
                || (pad.Mode == PadMode.Reflect && (before >= size || after >= size)) || (pad.Mode == PadMode.Replicate && size == 0))
            {
                return $"its padding {Shown(pad.Amounts)} does not fit {Shown(input)}";
            }
        }
        return null;
    }

    /// <summary>Place by place, each repeated to the sizes of all.</summary>
    private static string? Together(IReadOnlyList<long[]> inputs)
    {
        for (int fromEnd = 1; fromEnd <= inputs.Max(input => input.Length); fromEnd++)
        {
            IEnumerable<long> sizes = inputs.Where(input => input.Length >= fromEnd).Select(input => input[^fromEnd]);
            if (sizes.Where(size => size != 1).Distinct().Count() > 1)
            {
                return $"{string.Join(" and ", inputs.Select(Shown))} do not go together";
            }
        }
        return null;
    }

    private static string? OfConcat(int dim, IReadOnlyList<long[]> inputs) =>
        dim >= 0 && dim < inputs[0].Length
            && inputs.All(input => input.Length == inputs[0].Length && !input.Where((size, i) => i != dim && size != inputs[0][i]).Any())
            ? null : $"{string.Join(" and ", inputs.Take(4).Select(Shown))} cannot be put together along dimension {dim}";

    private static string? OverLast(long[] input, int dims, params Parameter?[] parameters) => dims < 1 || dims > input.Length
        ? $"it goes over {dims} of {input.Length} dimensions"
        : parameters.OfType<Parameter>().FirstOrDefault(parameter => !parameter.Shape.SequenceEqual(input[^dims..])) is { } other
            ? $"'{other.Name}' has the shape {Shown(other.Shape)} for an input {Shown(input)}" : null;

    private static string? PerChannel(long[] input, params Parameter?[] parameters) =>
        parameters.OfType<Parameter>().FirstOrDefault(parameter => parameter.Shape is not [var size] || size != input[1]) is { } other
            ? $"'{other.Name}' has the shape {Shown(other.Shape)}, and there are {input[1]} channels" : null;

    private static string? Entries(Parameter? bias, long count) =>
        bias is null || (bias.Shape is [var size] && size == count) ? null : $"its bias has the shape {Shown(bias.Shape)}, not [{count}]";

    private static string? Channels(long[] input, int least) =>
        input.Length >= least && input[1] > 0 ? null : $"it gets {Shown(input)}, which has no channels";

    private static string? Picture(long[] input) =>
        input.Length == 4 && input[1..].All(size => size > 0) ? null : $"it gets {Shown(input)}, which is no picture";

    private static string? Filters(IReadOnlyList<long> filters) =>
        filters.Count == 4 && filters.All(size => size > 0) ? null : $"its filters have the shape {Shown(filters)}";

    private static string? Steps(Extent stride, Extent padding, Extent dilation) =>
        !IsPositive(stride) ? $"its stride is [{stride.Height}, {stride.Width}]"
        : !IsPositive(dilation) ? $"its dilation is [{dilation.Height}, {dilation.Width}]"
        : padding.Height is < 0 or > Most || padding.Width is < 0 or > Most ? $"its padding is [{padding.Height}, {padding.Width}]"
        : null;

    private static string? Fits(long[] input, Extent kernel, Extent padding, Extent dilation)
    {
        Extent reach = (dilation.Height * (kernel.Height - 1) + 1, dilation.Width * (kernel.Width - 1) + 1);
        return input[2] + 2 * padding.Height < reach.Height || input[3] + 2 * padding.Width < reach.Width
            ? $"its window of {reach.Height}×{reach.Width} is larger than its input, {Shown(input)}" : null;
    }

    private static bool IsPositive(Extent extent) => extent.Height is > 0 and < Most && extent.Width is > 0 and < Most;

    private static string Shown(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";
}
