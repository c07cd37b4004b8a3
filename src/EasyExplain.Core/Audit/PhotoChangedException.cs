namespace EasyExplain.Audit;

/// <summary>A photo that is not the one any more that an audit explained: a map of it would lie.</summary>
/// <param name="path">The photo.</param>
/// <param name="how">What is different.</param>
internal sealed class PhotoChangedException(string path, string how)
    : IOException($"'{path}' has changed since it was explained: {how}. Explain it again to draw it.");
