using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Status;

/// <summary>
/// Answers <c>burrow status</c>: whoever connects to this process's unix socket reads one JSON document and an end of stream. Nothing is read from
/// callers, and the directory admits its owner only.
/// </summary>
internal sealed class StatusServer : IAsyncDisposable
{
    /// <summary>Callers who may be slow at the same time.</summary>
    const int MaxCallers = 8;

    /// <summary>How long a caller may take to read its answer.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly Socket _listener;
    readonly IStatusSource _source;
    readonly CancellationTokenSource _stop = new();
    readonly Task[] _loops;

    StatusServer(Socket listener, string path, IStatusSource source)
    {
        _listener = listener;
        _source = source;
        SocketPath = path;
        _loops = [.. Enumerable.Range(0, MaxCallers).Select(_ => Task.Run(ServeAsync))];
    }

    public string SocketPath { get; }

    /// <summary>Starts to answer.</summary>
    /// <returns>Null when the socket can't be made, which was logged: a tunnel is not given up for want of a status.</returns>
    public static StatusServer? Start(string role, IStatusSource source, ILogger logger) => Start(Hosting.Directories.OfThisProcess.Runtime, role, source, logger);

    internal static StatusServer? Start(string directory, string role, IStatusSource source, ILogger logger)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var path = Path.Combine(Hosting.Directories.Require(directory), $"{role}-{Environment.ProcessId}.sock");
            // One that a process of the same number left behind, long ago.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(MaxCallers);
            return new StatusServer(listener, path, source);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            CliLog.NoStatus(logger, directory, error.Message);
            return null;
        }
    }

    /// <summary>Several such loops accept, so that a caller that does not read holds up none but its own.</summary>
    async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var caller = await _listener.AcceptAsync(_stop.Token);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                patience.CancelAfter(Patience);
                await using var stream = new NetworkStream(caller);
                await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(_source.Snapshot(), StatusJson.Default.StatusDocument), patience.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The caller left, or took too long.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // First the loops: one that is about to accept must not find its listener gone.
        await Task.WhenAll(_loops);
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(SocketPath);
    }
}
