namespace EasyExplain.Imaging.Archives;

/// <summary>What an archive says of a member.</summary>
/// <param name="Name">Its name below the archive, with / between folders; see <see cref="MemberName"/>.</param>
/// <param name="At">Where the archive begins to say it.</param>
/// <param name="Next">Where it says something of the next one.</param>
internal sealed record ArchiveMember(MemberName Name, long At, long Next)
{
    /// <summary>Whether it is a folder, or nothing that anybody asks for.</summary>
    public bool IsPassedOver { get; init; }

    /// <summary>How many bytes it has, once unpacked.</summary>
    public long Length { get; init; }

    /// <summary>How many bytes it takes in the archive.</summary>
    public long StoredLength { get; init; }

    /// <summary>When it was changed; null where the archive does not say.</summary>
    public DateTime? Modified { get; init; }

    /// <summary>Where its bytes begin, or of a zip what stands before them.</summary>
    public long DataAt { get; init; }

    /// <summary>Whether its bytes are deflated.</summary>
    public bool IsDeflated { get; init; }

    /// <summary>The check sum of its bytes; null where there is none.</summary>
    public uint? Crc { get; init; }

    /// <summary>Why it cannot be read; null where it can.</summary>
    public (ArchiveFault Fault, string What)? Wrong { get; init; }
}
