using Burrow.Core.Memory;
using Burrow.Core.Relaying;

namespace Burrow.Core;

/// <summary>
/// Joins two connections: what one delivers is written to the other, both ways, until both directions have ended or one connection was aborted.
/// </summary>
/// <remarks>
/// <para>The way of a byte: 1. wait until the source is readable, holding no memory; 2. rent a slab; 3. read, as much as the rate allows; 4. write all of it, which waits for the sink: that is the
/// back-pressure; 5. while more is there at once go on with the same slab, else return it. Between two sockets on Linux, a stream that fills slabs goes through a pipe of the kernel instead
/// (splice(2)), so that its bytes are never copied; it comes back to slabs when it becomes a trickle.</para>
/// <para>An end of stream is passed on as the <see cref="EndPolicy"/> says: by default as a half-close, and the other direction goes on. An abort is passed on as an abort with the same
/// reason, after what the aborted connection had delivered before was written, as far as the other takes it without waiting.</para>
/// <para>The relay disposes neither connection: whoever made them does, after <see cref="RunAsync"/>.</para>
/// <para>While nothing moves it is three objects and one suspended frame for each direction: tens of thousands of idle connections are what a forwarded port is made of.</para>
/// </remarks>
public sealed class Relay
{
    readonly Connection _first;
    readonly Connection _second;
    readonly Direction _forward;
    readonly Direction _backward;
    Failure? _failure; // the first; set once

    /// <param name="first">One connection.</param>
    /// <param name="second">The other.</param>
    /// <param name="pool">Where slabs come from; null: the process's.</param>
    public Relay(Connection first, Connection second, SlabPool? pool = null)
        : this(first, second, pool is null ? RelayOptions.Default : new RelayOptions { Pool = pool })
    {
    }

    /// <param name="first">One connection.</param>
    /// <param name="second">The other.</param>
    /// <param name="options">What is done besides.</param>
    public Relay(Connection first, Connection second, RelayOptions options)
    {
        (_first, _second, Options) = (first, second, options);
        _forward = new Direction(this, first, second, RelayEnd.First, options.ForwardRate);
        _backward = new Direction(this, second, first, RelayEnd.Second, options.BackwardRate);
        _forward.Opposite = _backward;
        _backward.Opposite = _forward;
    }

    internal RelayOptions Options { get; }

    /// <summary>Bytes moved from the first to the second so far. Any thread.</summary>
    public long Forward => _forward.Moved;

    /// <summary>Bytes moved from the second to the first so far. Any thread.</summary>
    public long Backward => _backward.Moved;

    /// <summary>Completes when the first byte has gone from the first to the second; never if none does.</summary>
    public Task ForwardBegun => _forward.Begun;

    /// <summary>Completes when nothing more goes from the first to the second, for whichever reason.</summary>
    public Task ForwardOver => _forward.Over;

    /// <summary>Relays until both directions are over. To be called once; never throws. To stop it, abort it or either connection.</summary>
    public async Task<RelayResult> RunAsync()
    {
        var forward = _forward.RunAsync(Options.Prefix);
        await _backward.RunAsync(null);
        await forward;
        if (Options.EndPolicy == EndPolicy.Lazy && _failure is null)
        {
            // Both have ended, and neither was told of the other's end.
            await _first.CompleteAsync();
            await _second.CompleteAsync();
        }
        return _failure is { } failure
            ? new RelayResult(Forward, Backward, failure.Reason, failure.End)
            : new RelayResult(Forward, Backward, EndReason.Completed, null);
    }

    /// <summary>Aborts both connections, which ends it. Any thread, before, while and after it runs.</summary>
    public void Abort(EndReason reason)
    {
        _first.Abort(reason);
        _second.Abort(reason);
    }

    internal void Fail(RelayEnd end, EndReason reason) => Interlocked.CompareExchange(ref _failure, new Failure(end, reason), null);

    sealed record Failure(RelayEnd End, EndReason Reason);
}
