using System.Collections;
using System.Management.Automation;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.PowerShell.Binding;

/// <summary>An image that was named, or what is wrong where one should be.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Error">What is wrong; null of an image.</param>
internal sealed record NamedPhoto(string Path, ErrorRecord? Error = null);

/// <summary>
/// The images that a record names. In place of an archive come its images, in its order; they are found as they are asked for, since an
/// archive may have millions.
/// </summary>
/// <param name="cmdlet">Who is told how many members were passed over.</param>
/// <param name="files">The files that were named, archives too.</param>
internal sealed class NamedPhotos(PSCmdlet cmdlet, IReadOnlyList<string> files) : IEnumerable<NamedPhoto>
{
    private const int MostEndings = 5; // in a message

    /// <summary>How many they are; null where an archive is among them.</summary>
    public int? Count => files.Any(IsArchive) ? null : files.Count;

    /// <inheritdoc/>
    public IEnumerator<NamedPhoto> GetEnumerator()
    {
        foreach (string file in files)
        {
            if (!IsArchive(file))
            {
                yield return new NamedPhoto(file);
                continue;
            }
            foreach (NamedPhoto member in ImagesIn(file))
            {
                yield return member;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsArchive(string file) => ArchiveNames.IsArchive(file) && File.Exists(file);

    private IEnumerable<NamedPhoto> ImagesIn(string path)
    {
        (int images, int others) = (0, 0);
        var endings = new SortedSet<string>(StringComparer.Ordinal);
        PhotoArchive archive = null!;
        IEnumerator<(ArchiveMember Member, bool IsAgain)>? members = null;
        ErrorRecord? error = null;
        try
        {
            while (error is null)
            {
                NamedPhoto? image = null;
                try
                {
                    archive = members is null ? PhotoArchive.Of(path) : archive;
                    members ??= archive.Members().GetEnumerator();
                    if (!members.MoveNext())
                    {
                        break;
                    }
                    (ArchiveMember member, bool isAgain) = members.Current;
                    if (member.IsPassedOver)
                    {
                        continue;
                    }
                    if (member.Name.IsImage)
                    {
                        images++;
                        image = new NamedPhoto(archive.PathOf(member), isAgain ? Again(archive, member) : null);
                    }
                    else
                    {
                        others++;
                        if (endings.Count < MostEndings)
                        {
                            endings.Add(member.Name.Ending);
                        }
                    }
                }
                catch (Exception e) when (Errors.IsAboutOneFile(e))
                {
                    error = Errors.Reading(e, path);
                }
                if (image is not null)
                {
                    yield return image;
                }
                else if (cmdlet.Stopping)
                {
                    throw new PipelineStoppedException();
                }
            }
        }
        finally
        {
            members?.Dispose();
        }
        if (error is not null)
        {
            yield return new NamedPhoto(path, error);
        }
        else if (images == 0)
        {
            cmdlet.WriteWarning($"'{path}' has no images" +
                (others == 0 ? "; it is empty." : $": the names of its {others} members end with {string.Join(", ", endings)}."));
        }
        if (others > 0)
        {
            cmdlet.WriteVerbose($"{others} members of '{path}' were passed over: by their names they are no images.");
        }
    }

    private static ErrorRecord Again(PhotoArchive archive, ArchiveMember member) => Errors.Reading(
        new ArchiveException(ArchiveFault.MemberDuplicate,
            $"'{archive.Path}' has several members called '{member.Name.Text}'; the first one counts, and this one was passed over."),
        archive.PathOf(member));
}
