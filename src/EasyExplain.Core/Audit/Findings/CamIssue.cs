using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using EasyExplain.Models;

namespace EasyExplain.Audit.Findings;

/// <summary>What kind of thing was found in an audit, in the order in which findings are ranked where they are equally severe.</summary>
public enum IssueKind
{
    /// <summary>The model decides by something that is no part of the class; proved by taking it out and putting it elsewhere.</summary>
    Shortcut,

    /// <summary>An image whose expected label is probably wrong.</summary>
    LabelError,

    /// <summary>A class whose things a detector misses more often than those of other classes.</summary>
    Missed,

    /// <summary>A class that a detector finds where nothing is, more often than other classes.</summary>
    FalseAlarm,

    /// <summary>Images of a class whose heat is not on the object, at the border, everywhere or nowhere.</summary>
    LooksElsewhere,

    /// <summary>Two classes that the model takes for each other.</summary>
    ConfusedPair,

    /// <summary>The same image more than once, under several labels or in several folders.</summary>
    Duplicate,

    /// <summary>A class whose mean map lies around its object rather than on it.</summary>
    Background,

    /// <summary>A group of images of a class that have something in common that others lack; no claim about the model.</summary>
    Difference,

    /// <summary>Images far from all others of their class.</summary>
    OddOneOut,
}

/// <summary>Something that was found in an audit, in a sentence that a person can check.</summary>
public sealed record CamIssue
{
    /// <summary>What kind of thing it is.</summary>
    public required IssueKind Kind { get; init; }

    /// <summary>The label of the class that it is about; of a pair, both with ↔ between; empty where it is about no class.</summary>
    public required string Class { get; init; }

    /// <summary>How many images it is about.</summary>
    public int Count => Members.Count;

    /// <summary>Which share of the images of the class, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>
    /// How bad it is, 0 to 1: the square root of the share of a class's results that cannot be trusted, half of that where they may be
    /// right for a wrong reason, a quarter where they are only odd; of a single image, 0.2. Findings are ranked by it times
    /// <see cref="Confidence"/>.
    /// </summary>
    public required double Severity { get; init; }

    /// <summary>How sure it is that this is so, 0 to 1; docs/findings.md says how each kind has it.</summary>
    public required double Confidence { get; init; }

    /// <summary>Where in the images: a place such as "lower left corner"; empty where it has none.</summary>
    public required string Where { get; init; }

    /// <summary>What was found, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The images that it is about, by name, the clearest first. Members has their rows.</summary>
    public CamList<string> Files => [.. Members.Select(row => row.File)];

    /// <summary>The numbers behind it, by name, in a fixed order.</summary>
    public required OrderedDictionary Evidence
    {
        get;
        init => field = new CamEvidence(value);
    }

    // A property in PowerShell, too: see EasyExplain.Types.ps1xml. ConvertTo-Json would write all of each row.

    /// <summary>The rows of the images that it is about, the clearest first.</summary>
    internal CamList<CamAuditRow> Members { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Summary;
}

/// <summary>The numbers behind a finding; as a text, name=number with semicolons between, which is what Export-Csv writes.</summary>
internal sealed class CamEvidence : OrderedDictionary
{
    public CamEvidence(OrderedDictionary numbers)
    {
        foreach (DictionaryEntry number in numbers)
        {
            Add(number.Key, number.Value);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", this.Cast<DictionaryEntry>()
        .Select(number => string.Create(CultureInfo.InvariantCulture, $"{number.Key}={number.Value}")));
}
