using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>
/// Runs a picture again and again, each time with one window of it covered. As long as what has changed is a small part of what the network
/// makes, only that is computed, with as much around it as it depends on.
/// </summary>
internal sealed class WindowPasses
{
    private const double LargestPart = 0.8; // of an output: beyond, the copies cost more than they spare

    private readonly PictureRun _run;
    private readonly WindowGrid _windows;
    private readonly List<(Network Network, Crops Rows, Crops Columns)> _steps = [];
    private readonly Network _rest;
    private readonly IReadOnlyList<Tensor> _clean; // what each step reads of the picture as it is, and then the rest

    /// <summary>Finds what need not be computed again.</summary>
    /// <param name="run">The picture's way through the network.</param>
    /// <param name="windows">What is covered.</param>
    public WindowPasses(PictureRun run, WindowGrid windows)
    {
        (_run, _windows) = (run, windows);
        long[] shape = [.. run.Input.shape.Skip(1)];
        LocalPieces local = LocalPieces.Of(run.Network, shape);
        IReadOnlyDictionary<Node, long[]>? shapes = local.Pieces.Count == 0 ? null : run.Network.Shapes(shape);
        (IReadOnlyList<Stretch> rows, IReadOnlyList<Stretch> columns) = (windows.Rows, windows.Columns);
        foreach (LocalPiece piece in local.Pieces)
        {
            long[] made = shapes![piece.End];
            Crops down = Crops.Of(piece.Rows, shape[1], made[1], rows), across = Crops.Of(piece.Columns, shape[2], made[2], columns);
            if (down.Length * across.Length > LargestPart * shape[1] * shape[2])
            {
                break;
            }
            _steps.Add((piece.Network, down, across));
            (rows, columns, shape) = (down.Changed, across.Changed, made);
        }
        _rest = local.After(_steps.Count);
        Node[] ends = [.. local.Pieces.Take(_steps.Count).Select(piece => piece.End)];
        _clean = [run.Input, .. ends.Length == 0 ? [] : run.Runner.Run(run.Network, run.Input, ends, track: false, run.Cancel).Taps];
    }

    /// <summary>The logits <c>[n, classes]</c> with one window covered each.</summary>
    /// <param name="first">The first window.</param>
    /// <param name="count">How many.</param>
    public Tensor Run(int first, int count)
    {
        (int Row, int Column)[] windows = [.. Enumerable.Range(first, count)
            .Select(index => (index / _windows.Columns.Count, index % _windows.Columns.Count))];
        Tensor? made = null;
        for (int step = 0; step < _steps.Count; step++)
        {
            (Network network, Crops rows, Crops columns) = _steps[step];
            Tensor clean = _clean[step];
            Tensor crops = empty([count, clean.shape[1], rows.Length, columns.Length], dtype: clean.dtype, device: clean.device);
            foreach (var ((row, column), index) in windows.Select((window, index) => (window, index)))
            {
                using DisposeScope scope = NewDisposeScope();
                (long top, long left) = (rows.Starts[row], columns.Starts[column]);
                crops[index].copy_(clean[0].narrow(1, top, rows.Length).narrow(2, left, columns.Length));
                Change(crops[index], step, row, column, top, left, made?[index]);
            }
            made = _run.Runner.Run(network, crops, [], track: false, _run.Cancel).Logits;
        }
        Tensor whole = _clean[^1].repeat(count, 1, 1, 1);
        foreach (var ((row, column), index) in windows.Select((window, index) => (window, index)))
        {
            using DisposeScope scope = NewDisposeScope();
            Change(whole[index], _steps.Count, row, column, 0, 0, made?[index]);
        }
        return _run.Runner.Run(_rest, whole, [], track: false, _run.Cancel).Logits;
    }

    /// <summary>Writes into the input of a step what the step before made of the window, or at the beginning the window itself.</summary>
    private void Change(Tensor input, int step, int row, int column, long top, long left, Tensor? made)
    {
        Stretch down = step == 0 ? _windows.Rows[row] : _steps[step - 1].Rows.Changed[row];
        Stretch across = step == 0 ? _windows.Columns[column] : _steps[step - 1].Columns.Changed[column];
        Tensor place = input.narrow(1, down.From - top, down.Length).narrow(2, across.From - left, across.Length);
        if (made is null)
        {
            using Scalar baseline = _windows.Baseline;
            place.fill_(baseline);
            return;
        }
        (Stretch y, Stretch x) = (_steps[step - 1].Rows.Within(row), _steps[step - 1].Columns.Within(column));
        place.copy_(made.narrow(1, y.From, y.Length).narrow(2, x.From, x.Length));
    }
}
