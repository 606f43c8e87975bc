using System.Security.Cryptography;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Listener;

namespace Burrow.Cli.Compose.Demo;

/// <summary>A service that knows nothing of tunnels: whoever connects gets a file of random bytes, and then an end of stream.</summary>
sealed class FileService : IAsyncDisposable
{
    const int PieceSize = 64 * 1024;

    readonly ListenerInbound _listener;
    readonly long _size;
    readonly TaskCompletionSource<byte[]> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Connection? _client;
    Task _serving = Task.CompletedTask;

    FileService(ListenerInbound listener, long size) => (_listener, _size) = (listener, size);

    public int Port => _listener.Port;

    /// <summary>The SHA-256 of what was sent, once it is sent.</summary>
    public Task<byte[]> Sent => _sent.Task;

    /// <exception cref="IOException">There is no port to be had.</exception>
    public static async Task<FileService> OpenAsync(long size)
    {
        var result = await TcpBinder.BindAsync(new Target("127.0.0.1", 0));
        if (!result.Succeeded) throw new IOException($"no port for the service: {result.Failure}");
        var service = new FileService(result.Listener, size);
        result.Listener.Start(service.Accepted);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _client?.Abort(EndReason.Stopped);
        await _serving;
    }

    void Accepted(Connection client)
    {
        // One file, one client: another one would be a fault that the sums have to show.
        if (_client is not null)
        {
            client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
            return;
        }
        _client = client;
        _serving = Task.Run(() => ServeAsync(client));
    }

    async Task ServeAsync(Connection client)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[PieceSize];
        for (long left = _size; left > 0;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            RandomNumberGenerator.Fill(piece.Span);
            sum.AppendData(piece.Span);
            if (!await client.WriteAsync(piece)) break;
            left -= piece.Length;
        }
        await client.CompleteAsync();
        _sent.SetResult(sum.GetHashAndReset());
        while (await client.ReadAsync(buffer) > 0) { }
        await client.DisposeAsync();
    }
}
