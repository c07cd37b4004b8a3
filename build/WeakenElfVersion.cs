using System.Text;
#if !ELF_ONLY
using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Build task: copies an ELF library and makes one required symbol version optional in the copy.</summary>
public class WeakenElfVersion : Task
{
    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    /// <summary>The version's exact name, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        byte[] image = File.ReadAllBytes(Source);
        int weakened = ElfVersions.Weaken(image, Version);
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        File.Delete(Destination);
        File.WriteAllBytes(Destination, image);
        // The source's time marks which package the copy was made of, and keeps incremental copies incremental.
        File.SetLastWriteTimeUtc(Destination, File.GetLastWriteTimeUtc(Source));
        Log.LogMessage(MessageImportance.Normal, "{0}: {1} requirement(s) of {2} made weak.", Destination, weakened, Version);
        return true;
    }
}
#endif

/// <summary>
/// The version requirements of a 64-bit little-endian ELF library (section .gnu.version_r; see the Linux Standard Base,
/// "Symbol Versioning", Elfxx_Verneed and Elfxx_Vernaux).
/// </summary>
internal static class ElfVersions
{
    private const uint SectionTypeVerneed = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort FlagWeak = 0x2;                // VER_FLG_WEAK: the loader warns in ldd and goes on

    /// <summary>Sets the weak flag of every requirement called <paramref name="version"/>; nothing else changes.</summary>
    /// <returns>How many requirements were strict and are weak now.</returns>
    internal static int Weaken(byte[] elf, string version)
    {
        int changed = 0;
        foreach (KeyValuePair<string, int> need in Requirements(elf))
        {
            int flags = need.Value + 4; // vna_flags
            if (need.Key != version || (U16(elf, flags) & FlagWeak) != 0)
            {
                continue;
            }
            elf[flags] |= (byte)FlagWeak;
            changed++;
        }
        return changed;
    }

    /// <summary>Each required version's name, and where its Vernaux entry stands in the file.</summary>
    internal static IEnumerable<KeyValuePair<string, int>> Requirements(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }
        int sections = (int)U64(elf, 40), entrySize = U16(elf, 58), count = U16(elf, 60);
        for (int s = 0; s < count; s++)
        {
            int header = sections + s * entrySize;
            if (U32(elf, header + 4) != SectionTypeVerneed)
            {
                continue;
            }
            int strings = (int)U64(elf, sections + (int)U32(elf, header + 40) * entrySize + 24); // sh_link → its sh_offset
            int files = (int)U32(elf, header + 44);                                              // sh_info
            int need = (int)U64(elf, header + 24);
            for (int f = 0; f < files; f++)
            {
                int aux = need + (int)U32(elf, need + 8);
                for (int a = 0, n = U16(elf, need + 2); a < n; a++)
                {
                    yield return new KeyValuePair<string, int>(Text(elf, strings + (int)U32(elf, aux + 8)), aux);
                    aux += (int)U32(elf, aux + 12);
                }
                need += (int)U32(elf, need + 12);
            }
        }
    }

    private static ushort U16(byte[] b, int at) { return BitConverter.ToUInt16(b, at); }

    private static uint U32(byte[] b, int at) { return BitConverter.ToUInt32(b, at); }

    private static ulong U64(byte[] b, int at) { return BitConverter.ToUInt64(b, at); }

    private static string Text(byte[] b, int at)
    {
        return Encoding.ASCII.GetString(b, at, Array.IndexOf(b, (byte)0, at) - at);
    }
}
