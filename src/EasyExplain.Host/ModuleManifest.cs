namespace EasyExplain.Host;

/// <summary>Finds the module this host belongs to.</summary>
internal static class ModuleManifest
{
    private const string FileName = "EasyExplain.psd1";

    /// <summary>The nearest EasyExplain.psd1 in <paramref name="folder"/> or above it.</summary>
    /// <exception cref="FileNotFoundException">There is none up to the root.</exception>
    public static string Find(string folder)
    {
        for (DirectoryInfo? here = new(folder); here is not null; here = here.Parent)
        {
            string file = Path.Combine(here.FullName, FileName);
            if (File.Exists(file))
            {
                return file;
            }
        }
        throw new FileNotFoundException($"{FileName} lies neither in {folder} nor in a folder above it; -Command needs it to import the module.");
    }
}
