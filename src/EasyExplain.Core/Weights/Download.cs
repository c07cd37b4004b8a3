using System.Security.Cryptography;

namespace EasyExplain.Weights;

/// <summary>What a server may do before a download is given up.</summary>
internal sealed record DownloadLimits
{
    /// <summary>How long it may take to be reached.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long it may send nothing.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes it may send; the largest of torchvision's files has 2.5 GB.</summary>
    public long Bytes { get; init; } = 4L << 30;
}

/// <summary>Fetches a file from a web server and checks that it is the right one.</summary>
internal static class Download
{
    private const int BufferSize = 1 << 17;

    /// <summary>Writes what lies at <paramref name="address"/> into <paramref name="file"/>, down to the disk.</summary>
    /// <param name="address">The address, http or https.</param>
    /// <param name="file">An empty file.</param>
    /// <param name="hash">The first digits of the content's SHA-256, in lower case.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="progress">Told the bytes so far, and of how many where the server says; on this thread.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="WeightsDownloadException">The server refused, stopped in the middle, sends too much, or something else.</exception>
    /// <exception cref="HttpRequestException">The server was not reached.</exception>
    /// <exception cref="IOException">The connection broke, or the disk is full.</exception>
    public static void Verified(Uri address, FileStream file, string hash, DownloadLimits limits, Action<long, long?>? progress,
        CancellationToken cancel)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = limits.Connect })
        {
            Timeout =
            Timeout.InfiniteTimeSpan
        };
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long received = 0;
        try
        {
            stall.CancelAfter(limits.Connect + limits.Stall);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.ParseAdd("EasyExplain");
            using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw Failed($"the server answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
            }
            long? announced = response.Content.Headers.ContentLength;
            RefuseIfTooLarge(announced ?? 0, file, limits);
            using Stream body = response.Content.ReadAsStream(stall.Token);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[BufferSize];
            while (Read(body, buffer, stall, limits) is > 0 and int count)
            {
                received += count;
                RefuseIfTooLarge(received, null, limits);
                sha256.AppendData(buffer, 0, count);
                file.Write(buffer, 0, count);
                progress?.Invoke(received, announced);
            }
            string actual = Convert.ToHexString(sha256.GetHashAndReset()).ToLowerInvariant();
            if (!actual.StartsWith(hash, StringComparison.Ordinal))
            {
                throw new WeightsDownloadException(WeightsDownloadFault.HashMismatch,
                    $"what came ({received:N0} bytes) is another file: its SHA-256 begins with {actual[..hash.Length]}, not with {hash}.");
            }
            file.Flush(flushToDisk: true);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failed(received == 0
                ? "the server gave no answer."
                : $"the server sent nothing for {limits.Stall.TotalSeconds:0.#} seconds, after {received:N0} bytes.");
        }
        catch (HttpIOException e)
        {
            throw Failed($"the connection broke after {received:N0} bytes ({e.Message}).");
        }
    }

    // Waiting here, and not reading synchronously: only so can a read that hangs be given up.
    private static int Read(Stream body, byte[] buffer, CancellationTokenSource stall, DownloadLimits limits)
    {
        stall.CancelAfter(limits.Stall);
        return body.ReadAsync(buffer, stall.Token).AsTask().GetAwaiter().GetResult();
    }

    private static void RefuseIfTooLarge(long bytes, FileStream? file, DownloadLimits limits)
    {
        if (bytes > limits.Bytes)
        {
            throw Failed($"the server sends more than {limits.Bytes:N0} bytes, which no weight file has.");
        }
        if (file is not null && FreeSpace(file.Name) is { } free && bytes > free)
        {
            throw Failed($"it has {bytes:N0} bytes, and the disk of '{Path.GetDirectoryName(file.Name)}' has {free:N0} left.");
        }
    }

    /// <summary>The bytes free for a file, or null where the system does not say.</summary>
    private static long? FreeSpace(string path)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static WeightsDownloadException Failed(string message) => new(WeightsDownloadFault.DownloadFailed, message);
}
