using System.Net.Sockets;
using Burrow.EndToEnd.Lab;

namespace Burrow.EndToEnd.Services;

/// <summary>A service of a test: it listens on one of a lab's machines and serves every caller in a task of its own.</summary>
sealed class SocketService : IAsyncDisposable
{
    readonly Socket _listener;
    readonly Func<Socket, Task> _serve;
    readonly Task _accepting;
    readonly Lock _gate = new();
    readonly List<Socket> _callers = [];
    TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    SocketService(Socket listener, Func<Socket, Task> serve)
    {
        _listener = listener;
        _serve = serve;
        _accepting = AcceptAsync();
    }

    /// <summary>The callers so far, those that left included.</summary>
    public IReadOnlyList<Socket> Callers
    {
        get { lock (_gate) return [.. _callers]; }
    }

    /// <summary>A service that does what <paramref name="serve"/> does with each caller. A caller that goes away is no error.</summary>
    public static SocketService Start(LabHost host, int port, Func<Socket, Task> serve, string address = "127.0.0.1") => new(host.Listen(port, address), serve);

    /// <summary>A service that leaves its callers alone: the test itself talks to them.</summary>
    public static SocketService Hold(LabHost host, int port) => Start(host, port, _ => Task.CompletedTask);

    /// <summary>Sends back what it receives, and completes when the caller has.</summary>
    public static SocketService Echo(LabHost host, int port, string address = "127.0.0.1") => Start(host, port, EchoAsync, address);

    /// <summary>Completes with the n-th caller (from 0), now or when it arrives.</summary>
    public async Task<Socket> CallerAsync(int index, double seconds = 20)
    {
        var limit = Task.Delay(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (index < _callers.Count) return _callers[index];
                arrival = _arrival.Task;
            }

            if (await Task.WhenAny(arrival, limit) == limit) throw new TimeoutException($"no caller number {index} within {seconds} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var caller in Callers) caller.Dispose();
    }

    static async Task EchoAsync(Socket caller)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await caller.ReceiveAsync(buffer)) > 0)
            await caller.SendAllAsync(buffer.AsMemory(0, count));
        caller.Shutdown(SocketShutdown.Send);
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

            caller.NoDelay = true;
            TaskCompletionSource arrival;
            lock (_gate)
            {
                _callers.Add(caller);
                (arrival, _arrival) = (_arrival, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            arrival.SetResult();
            _ = ServeAsync(caller);
        }
    }

    async Task ServeAsync(Socket caller)
    {
        try
        {
            await _serve(caller);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            caller.Dispose();
        }
    }
}
