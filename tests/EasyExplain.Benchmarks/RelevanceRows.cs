namespace EasyExplain.Benchmarks;

/// <summary>Relevance propagation to the input against predictions: of the same engine, and of libtorch with nothing folded.</summary>
internal static class RelevanceRows
{
    private const int Rounds = 9;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        foreach (var (name, architecture) in new[] { ("ResNet-18", "resnet18"), ("ResNet-50", "resnet50") })
        {
            string own = $"LRP EpsilonPlus at the input of {name} / a prediction in the same engine";
            string plain = $"LRP EpsilonPlus at the input of {name} / plain inference";
            using var subject = new Subject(architecture);
            Func<IDisposable?> relevance = subject.Explanation("LRP");
            Comparison[] comparisons = [new(own, 4, relevance, subject.Forward([])), new(plain, 3, relevance, subject.Inference())];
            foreach (Row row in Comparison.Measure(Rounds, comparisons.Where(comparison => wanted(comparison.What))))
            {
                yield return row;
            }
        }
    }
}
