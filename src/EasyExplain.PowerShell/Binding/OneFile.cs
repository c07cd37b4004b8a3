using System.Management.Automation;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A picture to one exact file, such as out/result.png, in place of a folder of pictures.</summary>
internal sealed class OneFile
{
    private static readonly Dictionary<string, ImageFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = ImageFormat.Png,
        [".jpg"] = ImageFormat.Jpeg,
        [".jpeg"] = ImageFormat.Jpeg,
        [".jpe"] = ImageFormat.Jpeg,
        [".jfif"] = ImageFormat.Jpeg,
        [".webp"] = ImageFormat.Webp,
    };

    private static readonly string[] NotWritten = [".gif", ".bmp", ".tif", ".tiff", ".tga", ".avif", ".heic"];

    private readonly PSCmdlet _cmdlet;
    private readonly string _path;
    private bool _taken;

    private OneFile(PSCmdlet cmdlet, string path) => (_cmdlet, _path, Format) = (cmdlet, path, Formats[Path.GetExtension(path)]);

    /// <summary>What its name's end says.</summary>
    public ImageFormat Format { get; }

    /// <summary>The file that a destination names by its ending, or null for a folder; what does not go with it ends the command.</summary>
    /// <param name="cmdlet">The command, with the parameters Format, FileName and RelativeTo.</param>
    /// <param name="path">The destination's full path.</param>
    /// <param name="format">-Format, where it is given.</param>
    /// <param name="styles">How many pictures an explanation has.</param>
    public static OneFile? Of(PSCmdlet cmdlet, string path, ImageFormat? format, int styles)
    {
        string ending = Path.GetExtension(path);
        if (Directory.Exists(path) || !(Formats.ContainsKey(ending) || NotWritten.Contains(ending, StringComparer.OrdinalIgnoreCase)))
        {
            return null;
        }
        if (!Formats.TryGetValue(ending, out ImageFormat named) || (format ?? named) != named)
        {
            Stop(cmdlet, path, "FormatMismatch", format is null
                ? $"'{path}': pictures are written as .png, .jpg or .webp, not as {ending}."
                : $"'{path}' does not end as a {format} file does. Leave -Format out: the name says it.");
        }
        if (new[] { "FileName", "RelativeTo" }.FirstOrDefault(cmdlet.MyInvocation.BoundParameters.ContainsKey) is { } option)
        {
            Stop(cmdlet, path, "DestinationIsFile",
                $"'{path}' names one file, and -{option} names pictures in a folder: give a folder, or leave -{option} out.");
        }
        var file = new OneFile(cmdlet, path);
        if (styles > 1)
        {
            file.StopAtSecond($"{styles} styles are");
        }
        return file;
    }

    /// <summary>The file's path, once; there is no room for a second picture.</summary>
    public string Take()
    {
        if (_taken)
        {
            StopAtSecond("several pictures are");
        }
        _taken = true;
        return _path;
    }

    private void StopAtSecond(string what) =>
        Stop(_cmdlet, _path, "DestinationIsFile",
            $"'{_path}' is one file, and {what} to be written. Give a folder; -FileName names the pictures in it.");

    private static void Stop(PSCmdlet cmdlet, string path, string id, string message) =>
        cmdlet.ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), id, ErrorCategory.InvalidArgument, path));
}
