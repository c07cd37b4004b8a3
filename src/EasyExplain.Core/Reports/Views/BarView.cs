using System.Globalization;
using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>A share as a bar with its interval, in a drawing that is 100 wide.</summary>
/// <param name="Value">Where the bar ends.</param>
/// <param name="Low">Where the interval begins; null where there is none.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Class">"bar", with " good" or " bad" where it is clearly that.</param>
internal sealed record BarView(string Value, string? Low, string? High, string Class)
{
    /// <summary>The bar of a share; null of none.</summary>
    /// <param name="share">The share.</param>
    /// <param name="usual">It is bad where it is surely below this, good where it is surely above.</param>
    public static BarView? Of(Proportion share, double usual = double.NaN) => share.Of == 0 ? null
        : Of(share.Value, share.Low, share.High, share.High < usual ? "bar bad" : share.Low > usual ? "bar good" : "bar");

    /// <summary>The bar of a share whose interval comes from elsewhere.</summary>
    public static BarView Of(double value, double low, double high, string @class = "bar") =>
        new(Placed(value), Placed(low), Placed(high), @class);

    /// <summary>The bar of a share that is counted, not estimated.</summary>
    public static BarView Of(double value) => new(Placed(value), null, null, "bar");

    private static string Placed(double share) => Drawn(100 * Math.Clamp(share, 0, 1)); // a difference may be below 0

    /// <summary>A number for a drawing.</summary>
    public static string Drawn(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
