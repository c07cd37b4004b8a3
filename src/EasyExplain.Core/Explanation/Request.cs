namespace EasyExplain.Explanation;

/// <summary>What an explanation answers: which photo was to be explained, and how.</summary>
/// <param name="Id">The same for the same photo file and the same choices, see <see cref="Choices.IdOf"/>.</param>
/// <param name="Index">Which of the photo's explanations this is, from 0.</param>
/// <param name="Count">How many it has: one for each class and method.</param>
internal sealed record Request(string Id, int Index, int Count)
{
    /// <summary>What was asked, whatever the photo, see <see cref="Choices.Question"/>; empty where nobody knows any more.</summary>
    public string Question { get; init; } = "";

    /// <summary>A photo's explanations, each with what it answers.</summary>
    public static IReadOnlyList<CamExplanation> Answered(string id, IReadOnlyList<CamExplanation> explanations, string question = "") =>
        [.. explanations.Select((explanation, index) => explanation with
        {
            Request = new Request(id, index, explanations.Count) { Question = question },
        })];
}
