namespace EasyExplain.Tests;

/// <summary>
/// A test that needs a file of the developers' folder beside the checkout; skipped, with the reason, where that is missing.
/// </summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string path)
    {
        if (!File.Exists(Repository.Shared(path)))
        {
            Skip = $"needs ../shared/{path}";
        }
    }
}
