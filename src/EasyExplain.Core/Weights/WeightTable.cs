namespace EasyExplain.Weights;

/// <summary>What a reader found in a file.</summary>
internal sealed record WeightTable(string Format, IReadOnlyList<WeightEntry> Entries)
{
    /// <summary>Where in a checkpoint the entries are; null when they are what the file holds.</summary>
    public string? Key { get; init; }

    /// <summary>Where other tensors are that could be meant.</summary>
    public IReadOnlyList<string> OtherKeys { get; init; } = [];

    /// <summary>The texts that the file carries about itself.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
