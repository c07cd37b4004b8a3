namespace EasyExplain.Explanation.Metrics;

/// <summary>Whether a map lies on the object that is to be seen, whose pixels are known; as Quantus has them.</summary>
/// <remarks>
/// They ask where the object is, not what the network looked at: a network that decides by the background has right maps with bad figures.
/// </remarks>
internal static class Localisation
{
    /// <summary>
    /// 1 where a pixel of the highest value is the object's, else 0 (Zhang et al. 2016, arXiv 1608.00507, without their 15 pixels of
    /// tolerance).
    /// </summary>
    public static double PointingGame(float[] map, bool[] isObject)
    {
        float highest = map.Max();
        return map.Where((value, place) => value == highest && isObject[place]).Any() ? 1 : 0;
    }

    /// <summary>
    /// How much of what speaks for the class lies on the object, 0 to 1 (Wang et al. 2020, arXiv 1910.01279, section 4.3); 0 of an empty
    /// map.
    /// </summary>
    public static double Energy(float[] map, bool[] isObject) => Part(map, isObject, value => Math.Max(value, 0));

    /// <summary>The same with what speaks against it counted as less (Arras et al. 2021, arXiv 2003.07258).</summary>
    public static double RelevanceMass(float[] map, bool[] isObject) => Part(map, isObject, value => value);

    /// <summary>
    /// The part of as many highest pixels as the object has that are the object's (Arras et al. 2021, arXiv 2003.07258).
    /// </summary>
    public static double RelevanceRank(int[] order, bool[] isObject) => TopPixels(order, isObject, isObject.Count(inside => inside));

    /// <summary>The part of so many highest pixels that are the object's (Theiner et al. 2022, arXiv 2104.14995).</summary>
    public static double TopPixels(int[] order, bool[] isObject, int count) =>
        count == 0 ? 0 : (double)order.Take(count).Count(place => isObject[place]) / count;

    /// <summary>
    /// How probable it is that a pixel of the object is higher than one beside it, ties counted as half: the area under the ROC curve
    /// (Fawcett 2006).
    /// </summary>
    public static double AreaUnderRoc(float[] map, bool[] isObject)
    {
        int inside = isObject.Count(each => each), outside = map.Length - inside;
        if (inside == 0 || outside == 0)
        {
            return 0.5;
        }
        double won = 0;
        int below = 0; // pixels beside the object that are lower
        foreach (IGrouping<float, bool> equal in map.Zip(isObject).GroupBy(pair => pair.First, pair => pair.Second).OrderBy(one => one.Key))
        {
            int ofObject = equal.Count(each => each), others = equal.Count() - ofObject;
            won += ofObject * (below + others / 2.0);
            below += others;
        }
        return won / inside / outside;
    }

    private static double Part(float[] map, bool[] isObject, Func<float, double> counted)
    {
        double all = map.Sum(counted);
        return all == 0 ? 0 : map.Where((_, place) => isObject[place]).Sum(counted) / all;
    }
}
