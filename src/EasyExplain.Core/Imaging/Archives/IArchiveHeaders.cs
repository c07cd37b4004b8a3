namespace EasyExplain.Imaging.Archives;

/// <summary>How a kind of archive says what is in it.</summary>
internal interface IArchiveHeaders
{
    /// <summary>Where the first member is told of.</summary>
    long First { get; }

    /// <summary>The member that the archive tells of at a place; null at the end.</summary>
    /// <exception cref="ArchiveException">The archive ends there too early, or makes no sense.</exception>
    ArchiveMember? At(ArchiveFile file, long at);

    /// <summary>Where the bytes of a member begin.</summary>
    /// <exception cref="ArchiveException">The archive makes no sense.</exception>
    long BytesOf(ArchiveFile file, ArchiveMember member);
}
