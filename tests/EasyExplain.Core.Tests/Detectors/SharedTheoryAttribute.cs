namespace EasyExplain.Tests.Detectors;

/// <summary>
/// A theory that needs a file of the developers' folder beside the checkout, as <see cref="SharedFactAttribute"/>; one that takes minutes
/// is skipped, with the reason, unless it is asked for (<see cref="LongCases"/>).
/// </summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string path, bool takesMinutes = false) => Skip =
        takesMinutes && !LongCases.Run ? LongCases.Reason
        : File.Exists(Repository.Shared(path)) ? null : $"needs ../shared/{path}";
}
