using System.Collections;
using System.Globalization;
using System.Management.Automation;
using EasyExplain.Audit;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The boxes around objects that a user's script block gives for the rows of an audit.</summary>
/// <param name="cmdlet">What a wrong box ends.</param>
/// <param name="script">Gets each row as $_.</param>
internal sealed class ObjectBoxes(PSCmdlet cmdlet, ScriptBlock script)
{
    /// <summary>The boxes of a row; none where the script block gives nothing.</summary>
    public IReadOnlyList<PixelRegion> Of(CamAuditRow row) =>
        Read(cmdlet, script.InvokeWithContext(null, [new PSVariable("_", row)]), row.File);

    /// <summary>Boxes as a user has them: objects or tables with X, Y, Width and Height, or lists of such.</summary>
    /// <param name="cmdlet">What a wrong box ends.</param>
    /// <param name="given">The boxes; null is none.</param>
    /// <param name="file">The image that they are of.</param>
    public static IReadOnlyList<PixelRegion> Read(PSCmdlet cmdlet, IEnumerable<object?> given, string file) =>
    [
        .. given
            .SelectMany(each => (each is PSObject wrapped ? wrapped.BaseObject : each) is IDictionary ? [each]
                : LanguagePrimitives.GetEnumerable(each)?.Cast<object?>() ?? [each])
            .Where(box => box is not null)
            .Select(box => Box(cmdlet, PSObject.AsPSObject(box), file)),
    ];

    private static PixelRegion Box(PSCmdlet cmdlet, PSObject box, string file)
    {
        double[] numbers = [.. new[] { "X", "Y", "Width", "Height" }.Select(name => Number(box, name))];
        if (!Array.TrueForAll(numbers, double.IsFinite) || numbers[2] <= 0 || numbers[3] <= 0)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"-Box gave '{box}' for {file}: a box has X, Y, Width and Height in pixels, the last " +
                    "two over 0."),
                "BoxInvalid", ErrorCategory.InvalidArgument, file));
        }
        return new PixelRegion(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private static double Number(PSObject box, string name)
    {
        object? value = box.BaseObject is IDictionary table ? table[name] : box.Properties[name]?.Value;
        return value is not null && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number)
            ? number
            : double.NaN;
    }
}
