using System.Net;
using System.Net.Sockets;

namespace Burrow.Bench.Survival;

/// <summary>One connection through the <see cref="FaultyPath"/>.</summary>
internal sealed class Flow : IDisposable
{
    readonly ManualResetEventSlim _passes;
    readonly Socket _near;
    readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly Action<Flow, bool> _ended;
    readonly bool _isLimited;
    long _left;
    int _hasEnded;
    int _openWays = 2;
    volatile bool _isForgotten;

    public Flow(Socket near, IPEndPoint target, long? budget, bool isHeld, Action<Flow, bool> ended)
    {
        (_near, _ended, _isLimited, _left) = (near, ended, budget is not null, budget ?? long.MaxValue);
        near.NoDelay = true;
        _passes = new ManualResetEventSlim(!isHeld);
        new Thread(() => Connect(target)) { IsBackground = true, Name = "path flow" }.Start();
    }

    public void Forget()
    {
        _isForgotten = true;
        _passes.Reset();
    }

    public void Release()
    {
        if (!_isForgotten)
        {
            _passes.Set();
        }
    }

    /// <summary>Resets both connections.</summary>
    public void Dispose() => Close(wasCut: false);

    void Connect(IPEndPoint target)
    {
        try
        {
            _passes.Wait();
            _far.Connect(target);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Dispose();
            return;
        }

        new Thread(() => Pump(_far, _near)) { IsBackground = true, Name = "path flow" }.Start();
        Pump(_near, _far);
    }

    void Pump(Socket from, Socket into)
    {
        var chunk = new byte[64 * 1024];
        try
        {
            for (int count; (count = from.Receive(chunk)) > 0;)
            {
                _passes.Wait();

                // The cut may fall inside of what has just been read: up to there it still passes.
                var allowed = (int)Math.Clamp(Interlocked.Add(ref _left, -count) + count, 0, count);
                for (var sent = 0; sent < allowed;)
                {
                    sent += into.Send(chunk, sent, allowed - sent, SocketFlags.None);
                }

                if (allowed < count)
                {
                    Close(wasCut: _isLimited);
                    return;
                }
            }

            into.Shutdown(SocketShutdown.Send);
            if (Interlocked.Decrement(ref _openWays) == 0)
            {
                Close(wasCut: false, isReset: false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Dispose();
        }
    }

    // By a reset what is still in the kernel's queues is lost, too.
    void Close(bool wasCut, bool isReset = true)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _near.Close(isReset ? 0 : -1);
            _far.Close(isReset ? 0 : -1);
            _passes.Set();
            _ended(this, wasCut);
        }
    }
}
