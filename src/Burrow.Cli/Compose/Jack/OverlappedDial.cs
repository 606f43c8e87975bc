using Burrow.Carriers;
using Burrow.Core;

namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// Dials again and again without waiting for the attempt before: on a path that swallows packets, an attempt hangs until the kernel repeats its SYN, seconds after the path
/// is back; a fresh one is answered at once. The first that connects wins. An answer, even a refusal, ends it.
/// </summary>
static class OverlappedDial
{
    // With one attempt every 200 ms: connects may take 1.6 s before the oldest is given up for a fresh one.
    const int MostAtOnce = 8;

    public static async ValueTask<CarrierResult<Carried?>> DialAsync(Func<CancellationToken, ValueTask<CarrierResult<Carried?>>> dial, TimeSpan every, TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = new List<Task<CarrierResult<Carried?>>>();
        var given = new List<CancellationTokenSource>();
        var began = time.GetTimestamp();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // Not waited for: what is still running would find the path only when the kernel repeats its SYN.
                if (time.GetElapsedTime(began) >= timeout) return new(null, new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut));
                if (given.Count >= MostAtOnce) await given[^MostAtOnce].CancelAsync(); // which may have ended long ago
                var own = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                given.Add(own);
                running.Add(dial(own.Token).AsTask());
                // The whole pause, however many end in it: the one that was given up would else make place for the next at once, and that for the next.
                var pause = Task.Delay(every, time, over.Token);
                while (!pause.IsCompleted)
                {
                    await Task.WhenAny([pause, .. running]);
                    if (await TakeAnswerAsync(running) is { } answer) return answer;
                }
            }
            return new(null, new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Stopped));
        }
        finally
        {
            await over.CancelAsync();
            foreach (var late in running) await DropAsync(late);
            foreach (var source in given) source.Dispose();
        }
    }

    /// <summary>Takes out what has ended.</summary>
    /// <returns>What ends the dial: a carrier, an answer, or the end of the last one that was running.</returns>
    static async ValueTask<CarrierResult<Carried?>?> TakeAnswerAsync(List<Task<CarrierResult<Carried?>>> running)
    {
        for (var i = running.Count - 1; i >= 0; i--)
        {
            if (!running[i].IsCompleted) continue;
            var result = await running[i];
            running.RemoveAt(i);
            if (result.Value is not null || result.Failure!.Cause is not (EndCause.Stopped or EndCause.TimedOut) || running.Count == 0) return result;
        }
        return null;
    }

    static async Task DropAsync(Task<CarrierResult<Carried?>> late)
    {
        var result = await late;
        if (result.Value is not { Connection: var connection }) return;
        connection.Abort(EndReason.Stopped);
        await connection.DisposeAsync();
    }
}
