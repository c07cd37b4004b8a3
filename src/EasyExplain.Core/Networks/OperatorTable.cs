using System.Collections;

namespace EasyExplain.Networks;

/// <summary>
/// What is known about operators from outside, one entry a type of operator: how it is differentiated, how a format writes it. What has no
/// entry is not known.
/// </summary>
/// <typeparam name="TAt">What an entry is told about the place where the operator stands.</typeparam>
/// <typeparam name="TMade">What it makes of that; null where it knows no way for this one operator.</typeparam>
/// <param name="others">Makes it for operators without an entry; null where nothing is known of them.</param>
internal sealed class OperatorTable<TAt, TMade>(Func<TAt, TMade?>? others = null) : IEnumerable<Type>
    where TMade : class
{
    private readonly Dictionary<Type, Func<Operator, TAt, TMade?>> _entries = [];

    /// <summary>Takes an entry in.</summary>
    public void Add<TOperator>(Func<TOperator, TAt, TMade?> entry)
        where TOperator : Operator => _entries.Add(typeof(TOperator), (@operator, at) => entry((TOperator)@operator, at));

    /// <summary>Takes in all entries of another table.</summary>
    public void Add(OperatorTable<TAt, TMade> others)
    {
        foreach (var (type, entry) in others._entries)
        {
            _entries.Add(type, entry);
        }
    }

    /// <summary>What the operator's entry makes at that place; null where there is none, or where it makes nothing.</summary>
    public TMade? Make(Operator @operator, TAt at) =>
        _entries.TryGetValue(@operator.GetType(), out Func<Operator, TAt, TMade?>? entry) ? entry(@operator, at) : others?.Invoke(at);

    /// <summary>The types of operator with an entry.</summary>
    public IEnumerator<Type> GetEnumerator() => _entries.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
