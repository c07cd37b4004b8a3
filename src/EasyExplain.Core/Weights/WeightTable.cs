namespace EasyExplain.Weights;

/// <summary>What a reader found in a file, and what has to be disposed when the file is no longer needed.</summary>
internal sealed record WeightTable(
    string Format, IReadOnlyList<WeightEntry> Entries, IReadOnlyDictionary<string, string> Metadata, IDisposable Owner);
