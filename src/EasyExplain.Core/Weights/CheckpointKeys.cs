namespace EasyExplain.Weights;

/// <summary>What the words on the way to a dictionary in a checkpoint say about it. They are also found before tensors' names.</summary>
internal static class CheckpointKeys
{
    private static readonly string[] Usual =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "params", "weights"];

    /// <summary>
    /// The smaller, the more likely the weights that are meant are there: first the file itself, then under a usual name, then under any
    /// other, at last averaged ones. Ways of the same rank are equally likely.
    /// </summary>
    /// <param name="path">Keys with dots between them, such as <c>model.state_dict</c>; empty for the file itself.</param>
    public static int Rank(string path)
    {
        if (path.Length == 0)
        {
            return 0;
        }
        string[] keys = path.ToLowerInvariant().Split('.');
        int usual = Array.IndexOf(Usual, keys[^1]);
        return Array.Exists(keys, IsAverage) ? Usual.Length + 2 : usual >= 0 ? usual + 1 : Usual.Length + 1;
    }

    private static bool IsAverage(string key) => key.Split('_').Any(word => word is "ema" or "swa" or "averaged" or "average");
}
