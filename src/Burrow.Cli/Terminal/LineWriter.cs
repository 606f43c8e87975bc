using System.Threading.Channels;

namespace Burrow.Cli.Terminal;

/// <summary>
/// Writes lines to a stream from one task of its own, so that whoever logs never waits for a slow terminal or a full pipe: a tunnel must not stop
/// because nobody reads its messages.
/// </summary>
internal sealed class LineWriter : IAsyncDisposable
{
    /// <summary>Lines that may wait. More come only when nobody reads, and then the count of what was left out says enough.</summary>
    const int MaxWaiting = 1024;

    /// <summary>How long the end waits for somebody to read what is left.</summary>
    static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    readonly Stream _stream;
    readonly Func<int, byte[]> _leftOut;
    readonly Task _loop;
    int _dropped;

    /// <param name="stream">Where to; stays open.</param>
    /// <param name="leftOut">Makes the line that says how many were left out.</param>
    public LineWriter(Stream stream, Func<int, byte[]> leftOut)
    {
        (_stream, _leftOut) = (stream, leftOut);
        _loop = Task.Run(WriteAsync);
    }

    /// <summary>Queues a line, which includes its end. Never waits; thread-safe.</summary>
    public void Write(byte[] line)
    {
        if (!_lines.Writer.TryWrite(line)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what waits, for a second at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        try
        {
            await _loop.WaitAsync(LastWait);
        }
        catch (TimeoutException)
        {
            // Nobody reads: the process ends all the same.
        }
    }

    async Task WriteAsync()
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                    await _stream.WriteAsync(_leftOut(dropped));
                await _stream.WriteAsync(line);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Standard error is closed: there is nobody to tell.
            _lines.Writer.TryComplete();
        }
    }
}
