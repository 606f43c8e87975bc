using Burrow.Carriers;
using Burrow.Carriers.Port;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Jenny's listeners, each with its loop. She is of no use without one that she was told to have, so the end of any is the end of her.</summary>
sealed class AcceptLoops(CarrierPort port, ILogger logger)
{
    readonly List<(ICarrierListener Listener, Task Loop)> _all = [];

    /// <summary>Accepts on one more, which is owned from now on.</summary>
    public void Start(ICarrierListener listener)
    {
        var where = listener.Address.ToString();
        TunnelLog.Waiting(logger, where);
        listener.Paused = reason => TunnelLog.AcceptPaused(logger, where, reason);
        listener.Resumed = () => TunnelLog.AcceptResumed(logger, where);
        _all.Add((listener, port.AcceptAsync(listener)));
    }

    /// <summary>Waits until she is stopped, or until a listener ends by itself, which is logged.</summary>
    /// <returns>Whether she was stopped.</returns>
    public async Task<bool> WaitAsync(Task stopped)
    {
        var first = await Task.WhenAny([stopped, .. _all.Select(each => each.Loop)]);
        if (stopped.IsCompleted) return true;
        var (listener, _) = _all.Find(each => each.Loop == first);
        TunnelLog.ListenerLost(logger, listener.Address.ToString(), first.Exception?.InnerException?.Message ?? "its socket was closed");
        return false;
    }

    /// <summary>Frees the ports; clients that were accepted are not touched.</summary>
    public async Task CloseAsync()
    {
        foreach (var (listener, _) in _all) await listener.DisposeAsync();
    }

    /// <summary>Completes when all loops have ended and all callers were served. Never fails: how a loop ended was said by <see cref="WaitAsync"/>.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(_all.Select(each => each.Loop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await port.EndAsync();
    }
}
