namespace EasyExplain.Explanation.Methods;

/// <summary>How papers and other libraries write the methods' names.</summary>
public static class MethodName
{
    private const string Plus = "plus";

    /// <summary>
    /// What two ways to write one name have in common: letters and digits in lower case, a plus as a word, so that Grad-CAM++,
    /// grad_cam_plus_plus and GradCAMpp are gradcamplusplus.
    /// </summary>
    /// <param name="name">A name, or a wildcard, whose * ? [ ] stay.</param>
    public static string Plain(string name)
    {
        string plain = string.Concat(name.ToLowerInvariant().Where(letter => letter is not ('-' or '_' or ' ' or '.')))
            .Replace("+", Plus, StringComparison.Ordinal);
        return plain.EndsWith("campp", StringComparison.Ordinal) ? plain[..^2] + Plus + Plus : plain;
    }
}
