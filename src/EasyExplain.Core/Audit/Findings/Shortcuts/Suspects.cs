namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>A group of images of a class that may have something in common that others lack.</summary>
/// <param name="View">What shows it: maps, channel relevance or features.</param>
/// <param name="Members">Their places among the class's rows, ascending.</param>
/// <param name="Others">The places of the other rows, ascending.</param>
/// <param name="Silhouette">How well it is set apart, −1 to 1.</param>
/// <param name="IsNatural">Whether the eigengap of its view says that there is such a group, with next to no links to the rest.</param>
internal sealed record Suspect(string View, int[] Members, int[] Others, double Silhouette, bool IsNatural)
{
    /// <summary>The same view with other members.</summary>
    public Suspect With(bool[] members) => this with
    {
        Members = [.. Enumerable.Range(0, members.Length).Where(i => members[i])],
        Others = [.. Enumerable.Range(0, members.Length).Where(i => !members[i])],
    };
}

/// <summary>Finds groups of a class's images whose maps, or whose channels, look at the same thing.</summary>
internal static class Suspects
{
    private const double Largest = 0.6; // of a class: what more of it has is what the class is
    private const double MostLinks = 0.04; // of a group with the rest: what is cut out of a whole has more
    private const double Alike = 0.5; // the share of two groups' images that both have, from which one of them is enough

    /// <summary>The groups of all views, those first that are set apart best.</summary>
    /// <param name="views">The class.</param>
    /// <param name="fewest">How many images a group has at least.</param>
    public static IReadOnlyList<Suspect> In(ClassViews views, int fewest)
    {
        var found = new List<Suspect>();
        foreach ((string name, IReadOnlyList<float[]> vectors) in views.All)
        {
            foreach (SpectralGroups.Partition partition in SpectralGroups.Of(vectors))
            {
                foreach ((int[] group, double conductance) in partition.Groups.Zip(partition.Conductances))
                {
                    if (group.Length >= fewest && group.Length <= Largest * vectors.Count)
                    {
                        var inside = group.ToHashSet();
                        int[] others = [.. Enumerable.Range(0, vectors.Count).Where(i => !inside.Contains(i))];
                        double silhouette = SpectralGroups.Silhouette(vectors, group);
                        found.Add(new Suspect(name, group, others, silhouette, partition.IsNatural && conductance <= MostLinks));
                    }
                }
            }
        }
        var distinct = new List<Suspect>();
        foreach (Suspect suspect in found.OrderByDescending(one => one.Silhouette))
        {
            if (!distinct.Exists(other => Overlap(suspect.Members, other.Members) >= Alike))
            {
                distinct.Add(suspect);
            }
        }
        return distinct;
    }

    /// <summary>The share of two groups' members that are in both.</summary>
    public static double Overlap(int[] a, int[] b)
    {
        int both = a.Intersect(b).Count();
        return (double)both / (a.Length + b.Length - both);
    }
}
