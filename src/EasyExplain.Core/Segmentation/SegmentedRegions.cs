using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Segmentation;

/// <summary>What a segmenter says of the places of one photo.</summary>
/// <remarks>
/// A place is of the class with the highest logit; where classes are each there or not (sigmoids), of all whose probability is at least
/// 0.5. Places beyond the photo's edges, as of borders that were added, count nowhere.
/// </remarks>
internal sealed class SegmentedRegions
{
    private readonly CamModel _model;
    private readonly Tensor _output; // [classes, h, w]
    private readonly long[]? _highest; // by place; null where classes are each there or not
    private readonly PixelRegion _region;
    private readonly Photo _photo;
    private readonly int _height;
    private readonly int _width;

    /// <param name="model">The segmenter.</param>
    /// <param name="output">Its logits, <c>[classes, h, w]</c>, on the CPU; they must outlive this object.</param>
    /// <param name="photo">The photo.</param>
    public SegmentedRegions(CamModel model, Tensor output, Photo photo)
    {
        (_model, _output, _photo) = (model, output, photo);
        _region = model.Preprocessing.RegionOf(photo.OriginalWidth, photo.OriginalHeight);
        (_height, _width) = ((int)output.shape[1], (int)output.shape[2]);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _highest = IsEachByItself ? null : output.argmax(0).contiguous().data<long>().ToArray();
    }

    private bool IsEachByItself => _model.ClassCount == 1 || _model.Activation == Activation.Sigmoid;

    /// <summary>
    /// The classes that are somewhere, the largest first; background only where nothing else is: class 0, if it is called so.
    /// </summary>
    /// <param name="within">Where in the photo to look; null for everywhere.</param>
    public IReadOnlyList<int> Classes(DetectionBox? within)
    {
        bool[] inside = Inside(within);
        int[] all = [.. Enumerable.Range(0, _model.ClassCount)
            .Select(@class => (@class, places: Places(@class, inside).Count(isThere => isThere)))
            .Where(one => one.places > 0).OrderByDescending(one => one.places).Select(one => one.@class)];
        bool hasBackground = _model.LabelOf(0).Trim('_').Equals("background", StringComparison.OrdinalIgnoreCase);
        return hasBackground && all.Length > 1 ? [.. all.Where(@class => @class != 0)] : all;
    }

    /// <summary>Where a class is; null where it is nowhere.</summary>
    /// <param name="class">The class.</param>
    /// <param name="given">A part of the photo to take in place of where it is predicted.</param>
    public SegmentedRegion? Of(int @class, DetectionBox? given)
    {
        bool[] inside = Inside(given), mask = given is null ? Places(@class, inside) : inside;
        int[] places = [.. Enumerable.Range(0, mask.Length).Where(place => mask[place])];
        if (places.Length == 0)
        {
            return null;
        }
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var target = new RegionTarget(@class, mask);
        double probability = _model.Activation == Activation.None ? double.NaN
            : target.Of(Probabilities().unsqueeze(0)).to(float64).item<double>();
        int top = places[0] / _width, bottom = places[^1] / _width + 1;
        int left = places.Min(place => place % _width), right = places.Max(place => place % _width) + 1;
        double x = Across(left), y = Down(top);
        return new SegmentedRegion(@class, probability, target.Of(_output.unsqueeze(0)).to(float64).item<double>(),
            new DetectionBox(x, y, Across(right) - x, Down(bottom) - y), target);
    }

    private Tensor Probabilities() => IsEachByItself ? _output.sigmoid() : _output.softmax(0);

    /// <summary>Where a class is predicted.</summary>
    private bool[] Places(int @class, bool[] inside)
    {
        if (_highest is not null)
        {
            return [.. _highest.Zip(inside, (highest, isInside) => isInside && highest == @class)];
        }
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        float[] logits = _output[@class].contiguous().data<float>().ToArray();
        return [.. logits.Zip(inside, (logit, isInside) => isInside && logit >= 0)];
    }

    /// <summary>Which places have their centre within a part of the photo.</summary>
    private bool[] Inside(DetectionBox? part)
    {
        DetectionBox box = part ?? new DetectionBox(0, 0, _photo.OriginalWidth, _photo.OriginalHeight);
        bool[] inside = new bool[_height * _width];
        for (int row = 0; row < _height; row++)
        {
            double y = _region.Y + (row + 0.5) / _height * _region.Height;
            for (int column = 0; column < _width; column++)
            {
                double x = _region.X + (column + 0.5) / _width * _region.Width;
                inside[row * _width + column] = x >= Math.Max(0, box.X) && x < Math.Min(_photo.OriginalWidth, box.X + box.Width)
                    && y >= Math.Max(0, box.Y) && y < Math.Min(_photo.OriginalHeight, box.Y + box.Height);
            }
        }
        return inside;
    }

    private double Across(int column) => Math.Clamp(_region.X + (double)column / _width * _region.Width, 0, _photo.OriginalWidth);

    private double Down(int row) => Math.Clamp(_region.Y + (double)row / _height * _region.Height, 0, _photo.OriginalHeight);
}

/// <summary>A part of a photo, and what a segmenter says of a class there.</summary>
/// <param name="Class">The class.</param>
/// <param name="Probability">Its mean probability there; not a number where the model has none.</param>
/// <param name="Score">Its mean logit there.</param>
/// <param name="Box">The rectangle around it, in pixels of the photo.</param>
/// <param name="Target">What stands for it.</param>
internal sealed record SegmentedRegion(int Class, double Probability, double Score, DetectionBox Box, RegionTarget Target);
