using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace EasyExplain.Models;

/// <summary>
/// A list that users see: PowerShell indexes it as it does an array, and Export-Csv writes what is in it, of an array its type's name.
/// </summary>
[CollectionBuilder(typeof(CamList), nameof(CamList.Of))]
public sealed class CamList<T> : ReadOnlyCollection<T>
{
    internal CamList(T[] items)
        : base(items)
    {
    }

    /// <summary>How many there are, by the name that arrays have for it.</summary>
    public int Length => Count;

    /// <summary>All of them, with semicolons between: labels have commas in them.</summary>
    public override string ToString() => string.Join("; ", this);
}

/// <summary>Makes lists.</summary>
public static class CamList
{
    /// <summary>A list of these.</summary>
    public static CamList<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
