namespace EasyExplain.Imaging.Archives;

/// <summary>What is wrong with an archive, or with one of its members.</summary>
internal enum ArchiveFault
{
    /// <summary>It is something else, whatever its name says.</summary>
    ArchiveInvalid,

    /// <summary>It ends too early.</summary>
    ArchiveTruncated,

    /// <summary>What it says of its members makes no sense.</summary>
    ArchiveDamaged,

    /// <summary>It is compressed as a whole, so that no member can be reached without unpacking all before it.</summary>
    ArchiveCompressed,

    /// <summary>It became another one while it was read.</summary>
    ArchiveChanged,

    /// <summary>The member is a link, or a device.</summary>
    MemberNotAFile,

    /// <summary>The member is encrypted.</summary>
    MemberEncrypted,

    /// <summary>The member is stored in a way that is not read here.</summary>
    MemberUnsupported,

    /// <summary>The member's name leads out of the archive, or is none.</summary>
    MemberNameInvalid,

    /// <summary>The member is too large.</summary>
    MemberTooLarge,

    /// <summary>The member's bytes are not those that were put in.</summary>
    MemberDamaged,

    /// <summary>Another member has the same name.</summary>
    MemberDuplicate,
}

/// <summary>An archive, or a member of one, that cannot be read; the message names it and says why.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="message">The sentence for the user.</param>
/// <param name="inner">What the system said.</param>
internal sealed class ArchiveException(ArchiveFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What is wrong.</summary>
    public ArchiveFault Fault { get; } = fault;
}
