using Burrow.Core.Memory;

namespace Burrow.Core.Relaying;

/// <summary>Moving bytes through our memory: works for all connections, holds to a rate, and is the cheaper way for little.</summary>
sealed partial class Direction
{
    // Sent where splicing can't be had and the source fills slabs: four times the slab is a quarter of the system calls.
    static readonly SlabPool LargeSlabs = new(256 << 10, maxCached: 32);

    /// <summary>Sends the prefix.</summary>
    /// <returns>False when the sink failed.</returns>
    async ValueTask<bool> InsertAsync(Stream prefix)
    {
        await using (prefix)
        {
            while (true)
            {
                var most = await WaitForRateAsync();
                var slab = Options.Pool.Rent();
                try
                {
                    var count = await prefix.ReadAsync(slab.Memory[..Math.Min(most, slab.Length)]);
                    if (count == 0) return true;
                    _limit?.Spend(count);
                    if (!await WriteAsync(slab.Memory[..count])) return false;
                }
                finally
                {
                    slab.Return();
                }
            }
        }
    }

    /// <summary>Copies until there is nothing more for now, until an end, or until it pays to splice. Completes synchronously, and then allocates nothing, unless the sink or the rate has to be waited for.</summary>
    async ValueTask<MoveResult> CopyAsync()
    {
        Slab? slab = null;
        var pool = Options.Pool;
        try
        {
            while (true)
            {
                var most = _limit?.Allowed(Now) ?? int.MaxValue;
                if (most == 0)
                {
                    slab?.Return();
                    slab = null;
                    most = await WaitForRateAsync();
                }
                slab ??= pool.Rent();

                var count = _source.TryRead(slab.Span[..Math.Min(most, slab.Length)]);
                if (count <= 0)
                {
                    return count switch
                    {
                        Connection.WouldBlock => MoveResult.Idle,
                        Connection.EndOfStream => MoveResult.Ended,
                        _ => MoveResult.SourceAborted,
                    };
                }
                _limit?.Spend(count);
                if (!await WriteAsync(slab.Memory[..count])) return MoveResult.SinkFailed;
                if (_turn >= BytesPerTurn)
                {
                    _turn = 0;
                    await Task.Yield();
                }
                if (count == slab.Length)
                {
                    if (_canSplice && Volatile.Read(ref _discards) == 0) return MoveResult.OtherWay;
                    if (pool == SlabPool.Shared && _limit is null)
                    {
                        slab.Return();
                        slab = null; // before anything can fail
                        pool = LargeSlabs;
                        slab = pool.Rent();
                    }
                }
                else if (count < most)
                {
                    return MoveResult.Idle; // a short read has most likely emptied the source: the wait finds out, without the read that would say so
                }
            }
        }
        finally
        {
            slab?.Return();
        }
    }

    /// <summary>Waits until some bytes may go.</summary>
    /// <returns>How many.</returns>
    async ValueTask<int> WaitForRateAsync()
    {
        if (_limit is null) return int.MaxValue;
        int allowed;
        while ((allowed = _limit.Allowed(Now)) == 0)
        {
            // Timers count in milliseconds, downwards: less than one would be none, and we would spin.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(_limit.Pause.TotalMilliseconds)), Options.Time);
        }
        return allowed;
    }

    async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Volatile.Read(ref _discards) == 1) return true;
        var taken = _sink.TryWrite(bytes.Span);
        if (taken == Connection.Aborted) return false;
        if (taken < bytes.Length)
        {
            Interlocked.Exchange(ref _sinkWaits, 1);
            if (Volatile.Read(ref _sourceFailed) == 1) _sink.Abort(_source.End ?? Unknown);
            var written = await _sink.WriteAsync(bytes[taken..]);
            Volatile.Write(ref _sinkWaits, 0);
            if (!written) return false;
        }
        Count(bytes.Length);
        return true;
    }

    void Count(int bytes)
    {
        Interlocked.Exchange(ref _moved, _moved + bytes); // before the look at who waits for it
        _begun?.TrySetResult();
        _turn += bytes;
    }
}
