using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The places of a window that slides over a picture, row by row; the last ones of a row and a column may stick out.</summary>
internal sealed class WindowGrid
{
    private const long WindowsAlongASide = 8; // without overlap
    private readonly Extent _picture;
    private readonly float _baseline;

    private WindowGrid(Extent picture, Extent window, Extent stride, double baseline)
    {
        (_picture, _baseline) = (picture, (float)baseline);
        Rows = Along(picture.Height, window.Height, stride.Height);
        Columns = Along(picture.Width, window.Width, stride.Width);
    }

    /// <summary>The rows of the picture that each row of windows covers.</summary>
    public IReadOnlyList<Stretch> Rows { get; }

    /// <summary>The columns of the picture that each column of windows covers.</summary>
    public IReadOnlyList<Stretch> Columns { get; }

    /// <summary>How many windows there are.</summary>
    public int Count => Rows.Count * Columns.Count;

    /// <summary>What a covered pixel becomes, in each colour.</summary>
    public float Baseline => _baseline;

    /// <summary>Those that somebody set, or the usual ones: an eighth of the picture, moved by half of that.</summary>
    /// <exception cref="SelectionException">They do not fit the picture, or leave gaps.</exception>
    public static WindowGrid Of(MethodSettings settings, Extent picture)
    {
        Extent window = settings.Window
            ?? (Share(picture.Height, WindowsAlongASide), Share(picture.Width, WindowsAlongASide));
        Extent stride = settings.Stride ?? (Share(window.Height, 2), Share(window.Width, 2));
        if (window.Height < 1 || window.Width < 1 || window.Height > picture.Height || window.Width > picture.Width)
        {
            throw Not(settings.Window,
                $"A window of {Text(window)} pixels does not fit into the model's input, which has {Text(picture)}.");
        }
        if (stride.Height < 1 || stride.Width < 1 || stride.Height > window.Height || stride.Width > window.Width)
        {
            throw Not(settings.Stride,
                $"A stride of {Text(stride)} pixels is too large for a window of {Text(window)}: pixels between the windows would " +
                $"never be covered. At most it is as large as the window.");
        }
        return new WindowGrid(picture, window, stride, settings.Baseline);

        static SelectionException Not(Extent? given, string why) => new(SelectionFault.WindowNotPossible, given, why);
        static string Text(Extent extent) => $"{extent.Height}×{extent.Width}";
        static long Share(long side, long of) => (side + of - 1) / of;
    }

    /// <summary>The mean, at each pixel, of the numbers of the windows that cover it: <c>[windows]</c> to <c>[H, W]</c>.</summary>
    public Tensor MeanOver(Tensor numbers)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor down = Cover(Rows, _picture.Height).to(numbers.dtype).to(numbers.device); // [rows of windows, H]
        Tensor across = Cover(Columns, _picture.Width).to(numbers.dtype).to(numbers.device);
        Tensor sums = down.t().mm(numbers.view(Rows.Count, Columns.Count)).mm(across);
        return (sums / (down.sum(dim: 0).unsqueeze(1) * across.sum(dim: 0))).MoveToOuterDisposeScope();
    }

    private static Stretch[] Along(long side, long window, long stride) =>
    [
        .. Enumerable.Range(0, (int)((side - window + stride - 1) / stride) + 1)
            .Select(index => new Stretch(index * stride, Math.Min(side, index * stride + window))),
    ];

    private static Tensor Cover(IReadOnlyList<Stretch> windows, long side)
    {
        var covered = new float[windows.Count, side];
        for (int i = 0; i < windows.Count; i++)
        {
            for (long at = windows[i].From; at < windows[i].To; at++)
            {
                covered[i, at] = 1;
            }
        }
        return tensor(covered);
    }
}
