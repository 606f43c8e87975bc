using Burrow.Core;

namespace Burrow.Cli.Compose.Demo;

/// <summary>One connection through a <see cref="CuttablePath"/>.</summary>
/// <param name="jack">Who dialled; owned.</param>
/// <param name="pace">Of what comes from Jenny; shared by all connections of the path.</param>
/// <param name="carrying">Told once, when more has come from Jenny than a handshake has.</param>
sealed class PathCarrier(Connection jack, Pace pace, Action carrying)
{
    // As much as passes in 4 ms at the usual pace: the pace looks smooth, and a timer can keep it.
    const int PieceSize = 64 * 1024;
    const int MoreThanHandshake = 16 * 1024;

    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile Connection? _jenny;
    volatile bool _silent;
    volatile bool _closed;

    /// <summary>Passes bytes both ways until both ends are gone. Disposes both connections.</summary>
    /// <param name="dialled">The way on to Jenny.</param>
    public async Task RunAsync(DialResult dialled)
    {
        if (dialled.Connection is { } jenny)
        {
            _jenny = jenny;
            if (_over.Task.IsCompleted) jenny.Abort(jack.End ?? EndReason.Stopped); // cut while it was dialled
            await Task.WhenAll(PassAsync(jack, jenny, paced: false), PassAsync(jenny, jack, paced: true));
            await jenny.DisposeAsync();
        }
        else
        {
            jack.Abort(dialled.Failure!);
        }
        await jack.DisposeAsync();
    }

    /// <summary>Both ends get an RST.</summary>
    public void Abort(EndReason reason)
    {
        _over.TrySetResult();
        jack.Abort(reason);
        _jenny?.Abort(reason);
    }

    /// <summary>Both ends get a FIN; what they still send is dropped.</summary>
    public async Task CloseAsync()
    {
        _closed = true;
        await jack.CompleteAsync();
        if (_jenny is { } jenny) await jenny.CompleteAsync();
    }

    /// <summary>Nothing passes any more, not even an end. What the ends send fills the kernel's buffers.</summary>
    public void Silence() => _silent = true;

    async Task PassAsync(Connection source, Connection sink, bool paced)
    {
        var buffer = new byte[PieceSize];
        long passed = 0;
        int count;
        while ((count = await source.ReadAsync(buffer)) > 0)
        {
            if (paced) await PaceAsync(count);
            if (_silent) await _over.Task;
            if (_closed) continue;
            if (!await sink.WriteAsync(buffer.AsMemory(0, count)))
            {
                source.Abort(sink.End ?? EndReason.Stopped);
                return;
            }
            if (paced && passed < MoreThanHandshake && (passed += count) >= MoreThanHandshake) carrying();
        }
        if (_silent) await _over.Task;
        if (count == Connection.EndOfStream) await sink.CompleteAsync();
        else sink.Abort(source.End ?? EndReason.Stopped);
    }

    async Task PaceAsync(int count)
    {
        TimeSpan wait;
        lock (pace) wait = pace.Take(count, TimeProvider.System.GetElapsedTime(0));
        if (wait > TimeSpan.Zero) await Task.Delay(wait);
    }
}
