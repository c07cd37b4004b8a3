using System.Collections;
using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// Where the objects of images are, as a user has it: boxes by a script block, a table or a CSV file, or a folder of masks.
/// </summary>
internal sealed class KnownObjects
{
    private readonly PSCmdlet _cmdlet;
    private readonly Func<string, IReadOnlyList<PixelRegion>>? _boxes;
    private readonly MaskFiles? _masks;

    /// <param name="cmdlet">What a wrong box ends, and where errors of masks go.</param>
    /// <param name="box">A script block, a table, or the path of a CSV file; null for none.</param>
    /// <param name="mask">The folder of masks; null for none.</param>
    public KnownObjects(PSCmdlet cmdlet, object? box, string? mask)
    {
        _cmdlet = cmdlet;
        _boxes = box switch
        {
            null => null,
            ScriptBlock script => file => ObjectBoxes.Read(cmdlet,
                script.InvokeWithContext(null, [new PSVariable("_", new FileInfo(file))]), file),
            IDictionary table => file => ObjectBoxes.Read(cmdlet, [Entry(table, file)], file),
            string csv => Table(csv) is var rows ? file => ObjectBoxes.Read(cmdlet, [Entry(rows, file)], file) : null,
            _ => throw NotKnown(box),
        };
        _masks = mask is null ? null : cmdlet.OrFatal(mask, () => new MaskFiles(FilePaths.Folder(cmdlet, mask)));
    }

    /// <summary>
    /// Which pixels of the model's input are an object's; null where the model sees none of it, or nobody says. What was found has its own
    /// box, unless somebody says where objects are.
    /// </summary>
    public bool[]? Of(CamExplanation explanation)
    {
        bool[]? pixels = null;
        if (_boxes is null && _masks is null)
        {
            pixels = ObjectPixels.OfFound(explanation);
        }
        else if (explanation.Path is not { } file)
        {
            return null;
        }
        else if (_boxes?.Invoke(file) is { Count: > 0 } boxes)
        {
            pixels = ObjectPixels.InBoxes(boxes, explanation.Model.Preprocessing, explanation.ImageSize);
        }
        else if (_masks?.Find(file) is { } mask)
        {
            try
            {
                pixels = ObjectPixels.OfMask(ImageDecoder.Decode(mask), explanation.Model.Preprocessing, explanation.ImageSize);
            }
            catch (Exception e) when (Errors.IsAboutOneFile(e))
            {
                _cmdlet.WriteError(Errors.Reading(e, mask));
            }
        }
        if (pixels is not null && !pixels.Contains(true))
        {
            _cmdlet.WriteVerbose($"{explanation}: the model sees nothing of the object, so whether the map lies on it was not measured.");
            return null;
        }
        return pixels;
    }

    /// <summary>What a table has for an image, by its full path, its name, or its name without the ending.</summary>
    private static object? Entry(IDictionary table, string file) =>
        table[file] ?? table[Path.GetFileName(file)] ?? table[Path.GetFileNameWithoutExtension(file)];

    /// <summary>The rows of a CSV file by their File or Path.</summary>
    private Hashtable Table(string csv)
    {
        string path = _cmdlet.OrFatal(csv, () => FilePaths.Single(_cmdlet, csv));
        if (!File.Exists(path))
        {
            throw _cmdlet.OrFatal<Exception>(csv, () => throw new FileNotFoundException($"There is no file '{path}' with boxes.", path));
        }
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (PSObject row in _cmdlet.InvokeCommand.InvokeScript("param($path) Import-Csv -LiteralPath $path", path))
        {
            string name = (row.Properties["File"] ?? row.Properties["Path"])?.Value as string ?? "";
            if (name.Length == 0)
            {
                _cmdlet.ThrowTerminatingError(new ErrorRecord(
                    new ArgumentException(
                        $"'{path}' has no column File or Path that names an image: boxes need File, X, Y, Width and Height."),
                    "BoxInvalid", ErrorCategory.InvalidArgument, path));
            }
            if (table[name] is not ArrayList rows)
            {
                table[name] = rows = [];
            }
            rows.Add(row);
        }
        return table;
    }

    private PipelineStoppedException NotKnown(object box)
    {
        _cmdlet.ThrowTerminatingError(new ErrorRecord(
            new ArgumentException($"-Box takes a script block, a table of boxes by file, or a CSV file, not '{box}'."),
            "BoxInvalid", ErrorCategory.InvalidArgument, box));
        return new PipelineStoppedException(); // not reached
    }
}
