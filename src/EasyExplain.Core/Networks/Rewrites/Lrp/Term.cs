using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>Part of a formula as the node that makes it; without one it is 0, and nothing is computed for it.</summary>
/// <param name="Node">The node; null for 0.</param>
internal readonly record struct Term(Node? Node)
{
    /// <summary>What is added to the size of a sum that relevance is divided by, so that it is never 0.</summary>
    public const double Stabilizer = 1e-6;

    /// <summary>0.</summary>
    public static Term Zero => default;

    /// <summary>What a rule gives back for an input.</summary>
    public Node OrNothing => Node ?? WayBack.Nothing;

    public static Term operator +(Term a, Term b) => a.Node is null ? b : b.Node is null ? a : a.Then(new Add(), b);

    public static Term operator -(Term a, Term b) => b.Node is null ? a : a.Node is null ? b.Then(new Negate()) : a.Then(new Subtract(), b);

    public static Term operator *(Term a, Term b) => b.Node is null ? Zero : a.Then(new Multiply(), b);

    public static Term operator *(double factor, Term a) => factor == 1 ? a : a.Then(new MultiplyBy(factor));

    public static Term operator /(Term a, Term b) => a.Then(new Divide(), b);

    /// <summary>One more operation on it, and on others if it reads some; it makes 0 of 0.</summary>
    public Term Then(Operator @operator, params Term[] others) =>
        Node is null ? Zero : new Term(new Node(@operator, [Node, .. others.Select(other => other.Node!)], Node.Name));

    /// <summary>z + ε·sign z, where the sign of 0 is 1.</summary>
    public static Term Stab(Term z, double epsilon = Stabilizer) => z.Then(new Stabilize(epsilon));
}
