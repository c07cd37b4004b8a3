using EasyExplain.Imaging;

namespace EasyExplain.Audit.Findings;

/// <summary>Where the objects of images are, from masks or boxes that somebody drew.</summary>
internal abstract class ObjectAreas
{
    /// <summary>Mask images of the same relative names as the images, with any ending; what is not black is object.</summary>
    /// <param name="folder">The folder below which they lie.</param>
    /// <param name="onError">Is told of each mask that cannot be read; the image then counts as one without.</param>
    public static ObjectAreas Masks(string folder, Action<string, Exception> onError) => new OfMasks(folder, onError);

    /// <summary>Boxes in pixels of the image.</summary>
    /// <param name="boxesOf">The boxes of an image; none where nobody drew any.</param>
    public static ObjectAreas Boxes(Func<CamAuditRow, IReadOnlyList<PixelRegion>> boxesOf) => new OfBoxes(boxesOf);

    /// <summary>Which share of each cell of a map the object covers, row by row; null of an image without.</summary>
    /// <param name="row">The image.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="width">Columns of the map.</param>
    public double[]? Of(CamAuditRow row, int height, int width)
    {
        if (row.ImageSize is not [var imageHeight, var imageWidth])
        {
            return null;
        }
        PixelRegion seen = row.Model.Preprocessing.RegionOf(imageWidth, imageHeight);
        return Cover(row, imageHeight, imageWidth) is { } covered
            ? [.. Enumerable.Range(0, height * width).Select(cell => covered(new PixelRegion(
                seen.X + seen.Width * (cell % width) / width, seen.Y + seen.Height * (cell / width) / height,
                seen.Width / width, seen.Height / height)))]
            : null;
    }

    /// <summary>What says of a part of the image which share of it the object covers; null of an image without.</summary>
    private protected abstract Func<PixelRegion, double>? Cover(CamAuditRow row, int imageHeight, int imageWidth);

    private sealed class OfMasks : ObjectAreas
    {
        private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
        private readonly Action<string, Exception> _onError;

        public OfMasks(string folder, Action<string, Exception> onError)
        {
            _onError = onError;
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                _files.TryAdd(NameOf(Path.GetRelativePath(folder, file)), file);
            }
        }

        private protected override Func<PixelRegion, double>? Cover(CamAuditRow row, int imageHeight, int imageWidth)
        {
            if (!_files.TryGetValue(NameOf(row.File), out string? file))
            {
                return null;
            }
            if (Decode(row, file) is not { } mask)
            {
                return null;
            }
            return part =>
            {
                PixelRegion scaled = part.Scale((double)mask.Width / imageWidth, (double)mask.Height / imageHeight);
                (int left, int right) = Range(scaled.X, scaled.Width, mask.Width);
                (int top, int bottom) = Range(scaled.Y, scaled.Height, mask.Height);
                int covered = 0;
                for (int y = top; y < bottom; y++)
                {
                    for (int x = left; x < right; x++)
                    {
                        covered += mask.Rgb.AsSpan((y * mask.Width + x) * 3, 3).ContainsAnyExcept((byte)0) ? 1 : 0;
                    }
                }
                return (double)covered / ((bottom - top) * (right - left));
            };
        }

        private Photo? Decode(CamAuditRow row, string file)
        {
            try
            {
                return ImageDecoder.Decode(file);
            }
            catch (Exception e) when (e is ImageFileException or IOException or UnauthorizedAccessException)
            {
                _files.Remove(NameOf(row.File)); // told once
                _onError(file, e);
                return null;
            }
        }

        /// <summary>The pixels that a part of a side touches, at least one.</summary>
        private static (int From, int To) Range(double start, double length, int pixels)
        {
            int from = Math.Clamp((int)Math.Round(start), 0, pixels - 1);
            return (from, Math.Clamp((int)Math.Round(start + length), from + 1, pixels));
        }

        private static string NameOf(string path) => Path.ChangeExtension(path, null).Replace('\\', '/');
    }

    private sealed class OfBoxes(Func<CamAuditRow, IReadOnlyList<PixelRegion>> boxesOf) : ObjectAreas
    {
        private protected override Func<PixelRegion, double>? Cover(CamAuditRow row, int imageHeight, int imageWidth) =>
            boxesOf(row) is { Count: > 0 } boxes
                ? part => Math.Min(1, boxes.Sum(box =>
                    Overlap(box.X, box.Width, part.X, part.Width) * Overlap(box.Y, box.Height, part.Y, part.Height)))
                : null;

        private static double Overlap(double box, double boxLength, double part, double partLength) =>
            Math.Max(0, Math.Min(box + boxLength, part + partLength) - Math.Max(box, part)) / partLength;
    }
}
