namespace EasyExplain.Reports.Views;

/// <summary>Links into the gallery.</summary>
internal static class Links
{
    /// <summary>A link to a state of the gallery.</summary>
    public static string Gallery(params IEnumerable<(string Key, string Value)> state) =>
        "#gallery?" + string.Join('&', state.Select(part => $"{part.Key}={Uri.EscapeDataString(part.Value)}"));

    /// <summary>A whole number, as links have it.</summary>
    public static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
