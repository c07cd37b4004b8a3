namespace EasyExplain.Audit.Findings;

/// <summary>Numbers that are joined into sets (Galler and Fischer 1964).</summary>
/// <param name="count">How many numbers, from 0.</param>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parents = [.. Enumerable.Range(0, count)];

    /// <summary>Makes one set of those that two numbers are in.</summary>
    public void Join(int first, int second)
    {
        (first, second) = (RootOf(first), RootOf(second));
        _parents[Math.Max(first, second)] = Math.Min(first, second);
    }

    /// <summary>Whether two numbers are in one set.</summary>
    public bool AreOne(int first, int second) => RootOf(first) == RootOf(second);

    /// <summary>The sets of two and more, each ascending, by their first.</summary>
    public IEnumerable<int[]> All() => Enumerable.Range(0, _parents.Length).GroupBy(RootOf)
        .Select(members => members.ToArray()).Where(members => members.Length > 1);

    private int RootOf(int number)
    {
        while (_parents[number] != number)
        {
            number = _parents[number] = _parents[_parents[number]];
        }
        return number;
    }
}
