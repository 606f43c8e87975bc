using System.Net.Sockets;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// A middlebox on the firewall: it accepts connections there, makes its own to a target, and passes bytes, until it is told to misbehave. Unlike lost
/// packets, what it does happens between two particular bytes.
/// </summary>
sealed class CutProxy : IAsyncDisposable
{
    readonly LabHost _host;
    readonly Socket _listener;
    readonly int _targetPort;
    readonly string _target;
    readonly Task _accepting;
    readonly Lock _gate = new();
    readonly List<Pair> _pairs = [];
    TaskCompletionSource? _pause;
    long _cutAfter = long.MaxValue;
    bool _refusing;

    public CutProxy(LabHost host, int port, string target, int targetPort)
    {
        _host = host;
        _target = target;
        _targetPort = targetPort;
        Port = port;
        _listener = host.Listen(port, "0.0.0.0");
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Answers a caller in the target's place; false: this one is passed on as it is.</summary>
    public Func<Socket, Task<bool>>? Intercept { get; set; }

    /// <summary>Sees every byte that passes before it goes on: on which connection (counted from 0), whether it comes from the caller, and what. Called by both directions at once.</summary>
    public Action<int, bool, ReadOnlyMemory<byte>>? Seen { get; set; }

    /// <summary>How many connections it has accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Resets both sides of every connection.</summary>
    public void Reset() => EndAll(pair => pair.Reset());

    /// <summary>Closes both sides of every connection in order, whatever is on the way.</summary>
    public void Close() => EndAll(pair => pair.Finish());

    /// <summary>Lets so many bytes pass (both directions counted together) and then resets everything.</summary>
    public void ResetAfter(long bytes)
    {
        lock (_gate) _cutAfter = bytes;
    }

    /// <summary>Passes nothing more, keeps connections open and accepts new ones: a stopped process, a full disk, a lost uplink behind a proxy.</summary>
    public void Pause()
    {
        lock (_gate) _pause ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Goes on as if nothing had been.</summary>
    public void Resume()
    {
        TaskCompletionSource? pause;
        lock (_gate) (pause, _pause) = (_pause, null);
        pause?.SetResult();
    }

    /// <summary>While true, new connections are reset at once.</summary>
    public void Refuse(bool refuse)
    {
        lock (_gate) _refusing = refuse;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Resume();
        await _accepting;
        Reset();
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            Socket caller;
            try
            {
                caller = await _listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(caller, Accepted++);
        }
    }

    async Task ServeAsync(Socket caller, int number)
    {
        bool refusing;
        lock (_gate) refusing = _refusing;
        if (refusing)
        {
            caller.Close(0);
            return;
        }

        try
        {
            await PausedAsync();
            if (Intercept is { } intercept && await intercept(caller))
            {
                caller.Dispose();
                return;
            }

            var pair = new Pair(caller, await _host.ConnectAsync(_targetPort, _target));
            lock (_gate) _pairs.Add(pair);
            await Task.WhenAll(PumpAsync(pair.Caller, pair.Target, number, up: true), PumpAsync(pair.Target, pair.Caller, number, up: false));
            lock (_gate) _pairs.Remove(pair);
            pair.Finish();
        }
        catch (Exception error) when (error is SocketException or TimeoutException)
        {
            caller.Close(0);
        }
    }

    async Task PumpAsync(Socket from, Socket to, int number, bool up)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                await PausedAsync();
                var passing = Allow(count);
                if (passing > 0) Seen?.Invoke(number, up, buffer.AsMemory(0, passing));
                if (passing > 0) await to.SendAsync(buffer.AsMemory(0, passing));
                if (passing < count) Reset();
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut by us or by an end: the other pump notices by itself, since both sockets are closed.
            EndAll(pair => pair.Reset(), from);
        }
    }

    int Allow(int count)
    {
        lock (_gate)
        {
            var passing = (int)Math.Min(count, _cutAfter);
            _cutAfter = passing < count ? long.MaxValue : _cutAfter == long.MaxValue ? long.MaxValue : _cutAfter - passing;
            return passing;
        }
    }

    Task PausedAsync()
    {
        lock (_gate) return _pause?.Task ?? Task.CompletedTask;
    }

    void EndAll(Action<Pair> end, Socket? only = null)
    {
        Pair[] pairs;
        lock (_gate)
        {
            pairs = [.. _pairs.Where(pair => only is null || pair.Caller == only || pair.Target == only)];
            foreach (var pair in pairs) _pairs.Remove(pair);
        }

        foreach (var pair in pairs) end(pair);
    }

    sealed record Pair(Socket Caller, Socket Target)
    {
        public void Reset()
        {
            Caller.Close(0);
            Target.Close(0);
        }

        public void Finish()
        {
            Caller.Dispose();
            Target.Dispose();
        }
    }
}
