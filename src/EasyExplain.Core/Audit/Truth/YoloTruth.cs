using System.Globalization;
using EasyExplain.Detectors;

namespace EasyExplain.Audit.Truth;

/// <summary>
/// YOLO's labels: a .txt for each photo, a line for each thing with the number of its class and the middle, width and height of its box in
/// shares of the photo; or the corners of its outline, around which the box is then. An empty file says that nothing is there.
/// </summary>
/// <remarks>https://docs.ultralytics.com/datasets/detect/</remarks>
internal sealed class YoloTruth(PhotoFiles<string> files, string? namesIn) : GroundTruth
{
    private const int Largest = 4 << 20;
    private const double Beside = 0.01; // of the side: rounded numbers lie that far outside at most

    private readonly string[]? _names = namesIn is null ? null : ClassNames.Read(namesIn);

    /// <inheritdoc/>
    public override IReadOnlyList<TrueThing>? Of(string photo, int width, int height)
    {
        if (files.Of(photo) is not { } file)
        {
            return null;
        }
        var things = new List<TrueThing>();
        string[] lines = TruthException.ReadSmall(file, Largest).Split('\n');
        for (int line = 0; line < lines.Length; line++)
        {
            string[] words = lines[line].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                things.Add(Thing(words, width, height, what => TruthException.At(file, $"line {line + 1}", what)));
            }
        }
        return things;
    }

    private TrueThing Thing(string[] words, int width, int height, Func<string, TruthException> wrong)
    {
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int @class) || @class >= _names?.Length)
        {
            string names = _names is null ? "" : $", of which '{namesIn}' names {_names.Length}";
            throw wrong($"'{words[0]}' is not the number of a class{names}.");
        }
        double[] numbers = [.. words.Skip(1).Select(word =>
            double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number is >= -Beside and <= 1 + Beside ? number : throw wrong($"'{word}' is no share of the photo's side, from 0 to 1."))];
        double[] across = [.. numbers.Where((_, at) => at % 2 == 0)], down = [.. numbers.Where((_, at) => at % 2 == 1)];
        (double left, double top, double right, double bottom) = numbers switch
        {
            [var x, var y, var w, var h] => (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
            { Length: >= 6 } when across.Length == down.Length => (across.Min(), down.Min(), across.Max(), down.Max()),
            _ => throw wrong($"it has {words.Length} numbers: a box has 5, class, x, y, width and height."),
        };
        (left, top, right, bottom) = (Math.Clamp(left, 0, 1), Math.Clamp(top, 0, 1), Math.Clamp(right, 0, 1), Math.Clamp(bottom, 0, 1));
        var box = new DetectionBox(left * width, top * height, (right - left) * width, (bottom - top) * height);
        return right > left && bottom > top ? new TrueThing(_names?[@class], _names is null ? @class : -1, box)
            : throw wrong("its box has no width or no height.");
    }
}
