using System.IO.Compression;
using System.Text;

namespace EasyExplain.Tests.Import.TorchScript;

/// <summary>
/// Changes a TorchScript archive at random: its bytes, the bytes of its pickles, and words, numbers and lines of its code.
/// </summary>
internal static class ScriptMutator
{
    private static readonly string[] Words =
        ["torch.relu", "torch.size", "0", "-1", "9223372036854775807", "None", "True", "self", "x", "[]", "(", ")", "torch.cat",
            "torch.view", "1e308", "\"a\"", "while True:", "return"];

    public static byte[] Mutate(byte[] whole, Random random)
    {
        if (random.Next(4) == 0)
        {
            return Bytes(whole, random);
        }
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(whole), ZipArchiveMode.Read))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            ZipArchiveEntry[] members = [.. from.Entries
                .Where(member => !member.FullName.EndsWith(".debug_pkl", StringComparison.Ordinal))];
            int[] chosen = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.Next(members.Length))];
            for (int i = 0; i < members.Length; i++)
            {
                using var content = new MemoryStream();
                using (Stream stream = members[i].Open())
                {
                    stream.CopyTo(content);
                }
                byte[] bytes = content.ToArray();
                bool isCode = members[i].FullName.EndsWith(".py", StringComparison.Ordinal);
                if (chosen.Contains(i) || (isCode && random.Next(6) == 0))
                {
                    bytes = isCode ? Encoding.UTF8.GetBytes(Code(Encoding.UTF8.GetString(bytes), random)) : Bytes(bytes, random);
                }
                using Stream written = to.CreateEntry(members[i].FullName, CompressionLevel.NoCompression).Open();
                written.Write(bytes);
            }
        }
        return result.ToArray();
    }

    private static byte[] Bytes(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        for (int i = random.Next(1, 8); i > 0 && changed.Length > 0; i--)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }
        return changed;
    }

    private static string Code(string code, Random random)
    {
        List<string> lines = [.. code.Split('\n')];
        for (int i = random.Next(1, 4); i > 0 && lines.Count > 1; i--)
        {
            int at = random.Next(lines.Count);
            switch (random.Next(5))
            {
                case 0: lines.RemoveAt(at); break;
                case 1: lines.Insert(at, lines[random.Next(lines.Count)]); break;
                case 2: (lines[at], lines[(at + 1) % lines.Count]) = (lines[(at + 1) % lines.Count], lines[at]); break;
                default:
                    string[] words = lines[at].Split(' ', ',');
                    string word = words[random.Next(words.Length)];
                    if (word.Length > 0)
                    {
                        lines[at] = lines[at].Replace(word, random.Next(2) == 0 ? Words[random.Next(Words.Length)]
                            : words[random.Next(words.Length)], StringComparison.Ordinal);
                    }
                    break;
            }
        }
        return string.Join('\n', lines);
    }
}
