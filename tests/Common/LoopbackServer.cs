using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EasyExplain.Tests;

/// <summary>A web server on this machine, at a port of its own, that answers as a test tells it to: well, badly or not at all.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>Starts it; <paramref name="answer"/> writes the whole response, then the connection is closed.</summary>
    public LoopbackServer(Func<Stream, CancellationToken, Task> answer)
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/models");
        _ = Accept(answer);
    }

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Sends the whole content.</summary>
    public static LoopbackServer Of(byte[] content) => new(async (stream, stop) =>
    {
        await Head(stream, $"200 OK\r\nContent-Length: {content.Length}");
        await stream.WriteAsync(content, stop);
    });

    /// <summary>The status line and the headers.</summary>
    public static async Task Head(Stream stream, string head) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"));

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task Accept(Func<Stream, CancellationToken, Task> answer)
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    NetworkStream stream = client.GetStream();
                    using var reader = new StreamReader(stream, leaveOpen: true);
                    _requests.Enqueue((await reader.ReadLineAsync())?.Split(' ')[1] ?? "");
                    while (await reader.ReadLineAsync() is { Length: > 0 })
                    {
                    }
                    await answer(stream, _stop.Token);
                }
            });
        }
    }
}
