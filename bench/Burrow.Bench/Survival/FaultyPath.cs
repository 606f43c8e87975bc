using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Burrow.Bench.Survival;

/// <summary>A middlebox between Jack and Jenny that fails when it is told to. Two threads for each flow, one that accepts.</summary>
internal sealed class FaultyPath : IDisposable
{
    readonly Lock _gate = new();
    readonly HashSet<Flow> _flows = [];
    readonly IPEndPoint _listen, _target;
    readonly Func<long?> _budget;
    Socket? _listener;
    bool _holding;
    long _firstAccepted;
    int _cuts;

    /// <param name="listen">Where Jack dials.</param>
    /// <param name="target">Jenny.</param>
    /// <param name="budget">Asked for each new flow: after so many bytes, both ways together, it is cut; null: never.</param>
    public FaultyPath(IPEndPoint listen, IPEndPoint target, Func<long?>? budget = null)
    {
        (_listen, _target, _budget) = (listen, target, budget ?? (() => null));
        Open();
    }

    /// <summary>Flows that ended because their bytes were used up.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>When the first flow since the last fault was accepted (<see cref="Stopwatch.GetTimestamp"/>); 0: none yet.</summary>
    public long FirstAccepted => Volatile.Read(ref _firstAccepted);

    /// <summary>Forgets who came: the next is the first again.</summary>
    public void Watch() => Volatile.Write(ref _firstAccepted, 0);

    /// <summary>Resets all flows and refuses new ones, as a host does whose service is down.</summary>
    public void Refuse()
    {
        Flow[] flows;
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            flows = [.. _flows];
        }

        Array.ForEach(flows, flow => flow.Dispose());
        Volatile.Write(ref _firstAccepted, 0);
    }

    /// <summary>The present flows fall silent for ever, without an end: a NAT that forgot. New ones pass, or with <paramref name="holdNew"/> are held until <see cref="Restore"/>.</summary>
    public void Silence(bool holdNew)
    {
        lock (_gate)
        {
            _holding = holdNew;
            foreach (var flow in _flows)
            {
                flow.Forget();
            }
        }

        Volatile.Write(ref _firstAccepted, 0);
    }

    /// <summary>The path is back. Returns when: <see cref="Stopwatch.GetTimestamp"/>, taken before anything can pass.</summary>
    public long Restore()
    {
        var when = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _holding = false;
            foreach (var flow in _flows)
            {
                flow.Release();
            }
        }

        if (_listener is null)
        {
            Open();
        }

        return when;
    }

    public void Dispose() => Refuse();

    void Open()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(_listen);
        listener.Listen(128);
        lock (_gate)
        {
            _listener = listener;
        }

        new Thread(() => Accept(listener)) { IsBackground = true, Name = "path accept" }.Start();
    }

    void Accept(Socket listener)
    {
        try
        {
            while (true)
            {
                var near = listener.Accept();
                Interlocked.CompareExchange(ref _firstAccepted, Stopwatch.GetTimestamp(), 0);
                lock (_gate)
                {
                    _flows.Add(new Flow(near, _target, _budget(), _holding, End));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed by Refuse.
        }
    }

    void End(Flow flow, bool wasCut)
    {
        lock (_gate)
        {
            _flows.Remove(flow);
        }

        if (wasCut)
        {
            Interlocked.Increment(ref _cuts);
        }
    }
}
