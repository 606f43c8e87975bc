using Burrow.Core.Memory;

namespace Burrow.Core;

/// <summary>
/// Joins two connections: what one delivers is written to the other, both ways, until both directions have ended or one connection was aborted.
/// </summary>
/// <remarks>
/// <para>The way of a byte: 1. wait until the source is readable, holding no memory; 2. rent a slab; 3. read; 4. write all of it, which waits for the sink: that is the
/// back-pressure; 5. while more is there at once go on with the same slab, else return it.</para>
/// <para>An end of stream is passed on as a half-close and the other direction goes on. An abort is passed on as an abort with the same reason, after what the aborted connection had
/// delivered before was written, as far as the other takes it without waiting.</para>
/// <para>The relay disposes neither connection: whoever made them does, after <see cref="RunAsync"/>.</para>
/// </remarks>
public sealed class Relay
{
    readonly Direction _forward;
    readonly Direction _backward;
    (RelayEnd End, EndReason Reason)? _failure;

    /// <param name="first">One connection.</param>
    /// <param name="second">The other.</param>
    /// <param name="pool">Where slabs come from; null: the process's.</param>
    public Relay(Connection first, Connection second, SlabPool? pool = null)
    {
        pool ??= SlabPool.Shared;
        _forward = new Direction(this, first, second, RelayEnd.First, pool);
        _backward = new Direction(this, second, first, RelayEnd.Second, pool);
        _forward.Opposite = _backward;
        _backward.Opposite = _forward;
    }

    /// <summary>Bytes moved from the first to the second so far. Any thread.</summary>
    public long Forward => _forward.Moved;

    /// <summary>Bytes moved from the second to the first so far. Any thread.</summary>
    public long Backward => _backward.Moved;

    /// <summary>Relays until both directions are over. To be called once; never throws. To stop it, abort either connection.</summary>
    public async Task<RelayResult> RunAsync()
    {
        var forward = _forward.RunAsync();
        await _backward.RunAsync();
        await forward;
        return _failure is { } failure
            ? new RelayResult(Forward, Backward, failure.Reason, failure.End)
            : new RelayResult(Forward, Backward, EndReason.Completed, null);
    }

    void Fail(RelayEnd end, EndReason reason)
    {
        lock (_forward) _failure ??= (end, reason);
    }

    /// <summary>One of the two loops.</summary>
    sealed class Direction(Relay relay, Connection source, Connection sink, RelayEnd sourceEnd, SlabPool pool)
    {
        // A busy pair of sockets would never give its thread up, and with inline completions that is the thread that serves all sockets.
        const int SlabsPerTurn = 16;

        static readonly EndReason Unknown = new(EndPhase.Relay, EndSide.Local, EndCause.Failed);

        long _moved;
        int _ended; // 1 once the loop is over
        int _sinkWaits; // 1 while a write to the sink is pending
        int _sourceFailed; // 1 once the opposite direction found our source dead for writing

        public Direction Opposite { get; set; } = null!;

        public long Moved => Volatile.Read(ref _moved);

        RelayEnd SinkEnd => sourceEnd == RelayEnd.First ? RelayEnd.Second : RelayEnd.First;

        public async Task RunAsync()
        {
            Slab? slab = null;
            var turn = 0;
            try
            {
                while (true)
                {
                    if (slab is null) await source.WaitReadableAsync();
                    slab ??= pool.Rent();

                    var count = source.TryRead(slab.Span);
                    if (count > 0)
                    {
                        if (!await WriteAsync(slab.Memory[..count])) return;
                        Volatile.Write(ref _moved, _moved + count);
                        if (++turn % SlabsPerTurn == 0) await Task.Yield();
                        if (count == slab.Length) continue;

                        // A short read has most likely emptied the source: ask for more without the read that would say so.
                        var more = source.WaitReadableAsync();
                        if (!more.IsCompletedSuccessfully)
                        {
                            slab.Return();
                            slab = null;
                        }
                        await more;
                        continue;
                    }

                    if (count == Connection.WouldBlock)
                    {
                        slab.Return();
                        slab = null;
                        continue;
                    }
                    if (count == Connection.EndOfStream) await CompleteSinkAsync();
                    else AbortSink();
                    return;
                }
            }
            finally
            {
                slab?.Return();
                Interlocked.Exchange(ref _ended, 1);
                // The opposite direction may have left it to us to tell our sink: see SinkFailed.
                if (Volatile.Read(ref _sourceFailed) == 1) sink.Abort(source.End ?? Unknown);
            }
        }

        async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            var taken = sink.TryWrite(bytes.Span);
            if (taken == bytes.Length) return true;
            if (taken != Connection.Aborted)
            {
                Interlocked.Exchange(ref _sinkWaits, 1);
                if (Volatile.Read(ref _sourceFailed) == 1) sink.Abort(source.End ?? Unknown);
                var written = await sink.WriteAsync(bytes[taken..]);
                Volatile.Write(ref _sinkWaits, 0);
                if (written) return true;
            }
            SinkFailed();
            return false;
        }

        async ValueTask CompleteSinkAsync()
        {
            if (!await sink.CompleteAsync()) SinkFailed();
        }

        void AbortSink()
        {
            var reason = source.End ?? Unknown;
            relay.Fail(sourceEnd, reason);
            sink.Abort(reason);
        }

        // The sink takes nothing any more. What it had sent before may still lie in its receive buffer, on its way through the opposite direction (a server that answers
        // "too large" and resets the upload): that direction ends by itself as it reads the sink's end, and tells our source then. It must not be waited
        // for when it is stuck in a write to our source, which may be waiting for us to read.
        void SinkFailed()
        {
            var reason = sink.End ?? Unknown;
            relay.Fail(SinkEnd, reason);
            Interlocked.Exchange(ref Opposite._sourceFailed, 1);
            if (Volatile.Read(ref Opposite._ended) == 1 || Volatile.Read(ref Opposite._sinkWaits) == 1) source.Abort(reason);
        }
    }
}
