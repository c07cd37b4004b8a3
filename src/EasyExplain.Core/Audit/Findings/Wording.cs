using System.Globalization;

namespace EasyExplain.Audit.Findings;

/// <summary>Numbers in sentences, the same in every culture.</summary>
internal static class Wording
{
    /// <summary>Such as "1 image" and "1,200 images".</summary>
    public static string Images(int count) =>
        count == 1 ? "1 image" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} images");

    /// <summary>The verb for so many: the first of one, else the second.</summary>
    public static string Verb(int count, string ofOne, string ofSeveral) => count == 1 ? ofOne : ofSeveral;

    /// <summary>Such as "0.4 %", "12 %" and "99.6 %": a digit after the point where less than 10 % lies on either side.</summary>
    public static string Percent(double share)
    {
        double percent = 100 * share;
        string digits = percent is 0 or 100 || (percent >= 10 && percent <= 90) ? "0" : "0.#";
        return percent.ToString(digits, CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>An image's name for a sentence: its file with the folder it lies in, such as "cat/0012.jpg".</summary>
    public static string Name(CamAuditRow row) => string.Join('/', row.File.Split('/')[^Math.Min(2, row.File.Split('/').Length)..]);

    /// <summary>A number for a finding's evidence, at 4 digits after the point, which all machines agree on.</summary>
    public static double Rounded(double number) => Math.Round(number, 4);
}
