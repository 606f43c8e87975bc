using System.Security.Cryptography;
using Burrow.Core;

namespace Burrow.Cli.Compose.Demo;

/// <summary>A client that reads to the end of one connection.</summary>
/// <remarks>One may wait for a position at a time.</remarks>
sealed class Download(Connection connection, Action<long> arrived)
{
    const int BufferSize = 64 * 1024;

    readonly Lock _gate = new();
    long _received; // guarded by _gate
    long _wanted = long.MaxValue; // guarded by _gate
    bool _over; // guarded by _gate
    TaskCompletionSource _reached = New(); // guarded by _gate

    public long Received
    {
        get { lock (_gate) return _received; }
    }

    /// <summary>Reads until the end.</summary>
    /// <returns>The SHA-256 of what came, and why it ended: null after an end of stream.</returns>
    public async Task<(byte[] Sum, EndReason? Failure)> RunAsync()
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await connection.ReadAsync(buffer)) > 0)
        {
            sum.AppendData(buffer, 0, count);
            Advance(count, over: false);
        }
        Advance(0, over: true);
        return (sum.GetHashAndReset(), count == Connection.EndOfStream ? null : connection.End);
    }

    /// <summary>Completes when so many bytes have arrived, or the download is over.</summary>
    public Task WhenReachedAsync(long position)
    {
        lock (_gate)
        {
            if (_over || _received >= position) return Task.CompletedTask;
            _wanted = position;
            return (_reached = New()).Task;
        }
    }

    void Advance(int count, bool over)
    {
        TaskCompletionSource? reached = null;
        lock (_gate)
        {
            _received += count;
            _over |= over;
            if (_over || _received >= _wanted) (reached, _wanted) = (_reached, long.MaxValue);
        }
        reached?.TrySetResult();
        arrived(count);
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
