using System.Net.Sockets;
using System.Text.Json;
using Burrow.Core.Sockets;
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

    /// <summary>Rates are of the last seconds whenever somebody asks, so somebody has to look now and then.</summary>
    static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    readonly Socket _listener;
    readonly IStatusSource _source;
    readonly AcceptTrouble _trouble;
    readonly CancellationTokenSource _stop = new();
    readonly Task _loop;
    readonly Task _looking;

    StatusServer(Socket listener, string path, IStatusSource source, ILogger logger)
    {
        _listener = listener;
        _source = source;
        SocketPath = path;
        _trouble = new AcceptTrouble(DescriptorShare.Tunnel, () => _stop.IsCancellationRequested, TimeProvider.System, reason => CliLog.StatusPaused(logger, reason), () => CliLog.StatusResumed(logger));
        _loop = Task.Run(AcceptAsync);
        _looking = LookAsync();
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
            return new StatusServer(listener, path, source, logger);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            CliLog.NoStatus(logger, directory, error.Message);
            return null;
        }
    }

    async Task AcceptAsync()
    {
        // The first answer loads what makes answers, and that needs files to be opened: done now, it can be given when no descriptor is left.
        _ = Answer();
        var answers = new List<Task>(MaxCallers);
        while (await AcceptOneAsync() is { } caller)
        {
            answers.Add(AnswerAsync(caller));
            while (answers.Count == MaxCallers) answers.Remove(await Task.WhenAny(answers));
        }
        await Task.WhenAll(answers);
    }

    async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) _source.Snapshot();
        }
        catch (OperationCanceledException)
        {
            // Nobody will ask any more.
        }
    }

    /// <returns>Null when we are to stop.</returns>
    async Task<Socket?> AcceptOneAsync()
    {
        while (true)
        {
            try
            {
                var caller = await _listener.AcceptAsync(_stop.Token);
                if (await _trouble.AcceptedAsync(caller)) return caller;
                caller.Dispose();
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (SocketException error)
            {
                if (_stop.IsCancellationRequested || !await _trouble.OverAsync(error.SocketErrorCode)) return null;
            }
        }
    }

    /// <summary>A caller that does not read holds up none but itself.</summary>
    async Task AnswerAsync(Socket caller)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Patience);
        try
        {
            await using var stream = new NetworkStream(caller, ownsSocket: true);
            await stream.WriteAsync(Answer(), patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
        {
            // The caller left, or took too long.
        }
    }

    byte[] Answer() => JsonSerializer.SerializeToUtf8Bytes(_source.Snapshot(), StatusJson.Default.StatusDocument);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // First the loop: when it is about to accept it must not find its listener gone.
        await _loop;
        await _looking;
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(SocketPath);
    }
}
