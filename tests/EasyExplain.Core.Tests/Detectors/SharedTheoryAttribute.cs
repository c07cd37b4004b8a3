namespace EasyExplain.Tests.Detectors;

/// <summary>A theory that needs a file of the developers' folder beside the checkout, as <see cref="SharedFactAttribute"/>.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string path)
    {
        if (!File.Exists(Repository.Shared(path)))
        {
            Skip = $"needs ../shared/{path}";
        }
    }
}
