using Burrow.Core;

namespace Burrow.Session.Link;

/// <summary>
/// Runs a session's links: for each carrier one reader loop, one writer loop and one timer, all ended before the next carrier's begin. One for each session.
/// </summary>
public sealed class LinkRunner(Session session, TimeProvider time)
{
    // Batches or reads in a row without waiting, after which a loop moves to the thread pool: it may be running on the thread that dispatches the sockets' events.
    const int Burst = 16;

    /// <summary>Why a session ended whose link threw what it never should.</summary>
    public static readonly EndReason OurFault = new(EndPhase.Relay, EndSide.Local, EndCause.Failed, "a fault in the program itself");

    /// <summary>Why a session ended whose older carrier's loops did not end.</summary>
    public static readonly EndReason OlderStuck = new(EndPhase.Relay, EndSide.Local, EndCause.Failed, "the work on the carrier before did not end");

    // An aborted carrier's loops end within a system call and a turn on the pool. Longer is a fault, ours or a connection's; until it heals the session stands still, so it
    // is told while somebody may wonder, and the session goes before its applications would have given up by themselves.
    static readonly TimeSpan OlderTold = TimeSpan.FromSeconds(2);
    static readonly TimeSpan OlderGivenUp = TimeSpan.FromSeconds(10);

    readonly Lock _gate = new();
    Connection? _carrier;
    Task _running = Task.CompletedTask;

    /// <summary>The session's clock.</summary>
    public TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>The carrier that is up, or was last.</summary>
    public Connection? Carrier
    {
        get { lock (_gate) return _carrier; }
    }

    /// <summary>Told when a new carrier has waited for so long for the loops of the one before it to end; after ten seconds the session is closed as <see cref="OlderStuck"/>.</summary>
    public Action<TimeSpan>? OlderLingers { get; init; }

    /// <summary>See <see cref="Session.Survey"/>.</summary>
    public void Survey() => session.Survey(Now);

    /// <summary>Carries the session over a carrier until that ends; the older carrier is ended first. Owns the carrier and disposes it.</summary>
    /// <param name="carrier">In its mode, handshake done.</param>
    /// <param name="point">What the handshake agreed.</param>
    /// <param name="attached">Told when the link has begun, with the number of bytes that have to be sent again.</param>
    /// <returns>Why it ended.</returns>
    public async Task<EndReason> RunAsync(Connection carrier, AttachPoint point, Action<ulong>? attached = null)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? older = null;
        lock (_gate)
        {
            // Two attaches may arrive here in the other order than their proofs: the late one must not tear down the newer one's carrier.
            if (point.Epoch >= session.Epoch)
            {
                older = _running;
                _running = done.Task;
                _carrier?.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Superseded));
                _carrier = carrier;
            }
        }
        if (older is null)
        {
            await carrier.DisposeAsync();
            return new EndReason(EndPhase.Attach, EndSide.Local, EndCause.Superseded);
        }
        session.Work.Set();
        try
        {
            if (!older.IsCompleted && !await EndsAsync(older)) session.Close(OlderStuck);
            if (session.Attach(point, Now, carrier.RareProbe) is not { } link)
                return session.Ended ?? new EndReason(EndPhase.Attach, EndSide.Local, EndCause.Superseded);
            attached?.Invoke(link.Replayed);
            await using var timer = new LinkTimer(session, link, carrier, this, time);
            var reading = EndingTogether(carrier, ReadAsync(carrier, link, timer));
            var writing = EndingTogether(carrier, WriteAsync(carrier, link, timer, reading));
            try
            {
                await Task.WhenAll(reading, writing);
            }
            catch
            {
                // A fault in the middle of a batch or a frame: what the two ends believe of the stream may differ now, so no other link may carry it on.
                session.Close(OurFault);
                throw;
            }
            finally
            {
                session.Detach(link);
            }
            return carrier.End ?? EndReason.Completed;
        }
        finally
        {
            try
            {
                await carrier.DisposeAsync();
            }
            finally
            {
                done.SetResult();
            }
        }
    }

    /// <summary>Waits for the older carrier's loops, but not for ever.</summary>
    async Task<bool> EndsAsync(Task older)
    {
        using var ended = new CancellationTokenSource();
        var told = Task.Delay(OlderTold, time, ended.Token);
        var givenUp = Task.Delay(OlderGivenUp, time, ended.Token);
        if (await Task.WhenAny(older, told) == told)
        {
            OlderLingers?.Invoke(OlderTold);
            await Task.WhenAny(older, givenUp);
        }
        await ended.CancelAsync();
        return older.IsCompleted;
    }

    /// <summary>When one loop ends, in whatever way, the other has to.</summary>
    async Task EndingTogether(Connection carrier, Task loop)
    {
        try
        {
            await loop;
        }
        finally
        {
            carrier.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed)); // unless it has a reason already
            session.Work.Set();
        }
    }

    async Task ReadAsync(Connection carrier, LinkState link, LinkTimer timer)
    {
        var burst = 0;
        EndReason? end = null;
        while (end is null)
        {
            var slab = LinkSlabs.Pool.Rent();
            var count = carrier.TryRead(slab.Span);
            // After our END only the peer's close is waited for: a reset would overtake the END that is on its way.
            if (count > 0) end = session.Receive(link, slab.Span[..count], Now) is { } over && !session.EndSent ? over : null;
            var drained = count < slab.Length;
            slab.Return();
            if (count is Connection.EndOfStream or Connection.Aborted) end = carrier.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Closed);
            timer.Update();
            if (++burst % Burst == 0) await Task.Yield();
            if (!drained || end is not null) continue;

            // No buffer is held while nothing comes.
            var wait = carrier.WaitReadableAsync();
            if (!wait.IsCompleted) burst = 0;
            await wait;
        }
        carrier.Abort(end);
    }

    async Task WriteAsync(Connection carrier, LinkState link, LinkTimer timer, Task reading)
    {
        var burst = 0;
        while (carrier.End is null)
        {
            var batch = session.Produce(link, Now);
            if (batch.IsEmpty)
            {
                if (link.Superseded)
                {
                    carrier.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Superseded));
                    break;
                }
                timer.Update();
                var work = session.Work.WaitAsync();
                if (!work.IsCompleted) burst = 0;
                await work;
                continue;
            }
            var write = carrier.WriteAsync(batch);
            if (!write.IsCompleted) timer.Update(); // a path that takes nothing is noticed by the timer, which may be set for an idle one
            if (!await write) break;
            if (session.EndSent)
            {
                await carrier.CompleteAsync();
                session.CloseAfterEnd();
                await Task.WhenAny(reading, Task.Delay(SessionTuning.EndLinger, time));
                carrier.Abort(EndReason.Stopped);
            }
            if (++burst % Burst == 0) await Task.Yield();
        }
        carrier.Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset)); // unless it has a reason already
    }
}
