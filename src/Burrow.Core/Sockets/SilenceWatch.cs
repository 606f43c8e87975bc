using System.Runtime.Versioning;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Sockets;

/// <summary>
/// Gives up a TCP peer that has vanished without a word: a machine without power, a path that swallows packets. While nothing is on its way the kernel's own probes find out; while something is there are none, and
/// the kernel would go on repeating it for a quarter of an hour: then it is looked at now and then whether the peer's system confirms anything. So it is when our own side can't send.
/// </summary>
/// <remarks>
/// TCP_USER_TIMEOUT (tcp(7)) would do the second as well, but also ends a connection whose peer is well and merely reads nothing for that long. A peer that vanishes after it has taken nothing for long is known
/// when some of the kernel's probes went unanswered, which are two minutes apart at the end. The looks end with the connection.
/// </remarks>
public sealed class SilenceWatch
{
    // A peer that takes nothing for now answers each of them, so that there is one at most under way. Our own packets are not even sent, when there is no route for them: the kernel probes on.
    const int Unanswered = 3;

    readonly SocketConnection _connection;
    readonly TimeSpan _limit;
    readonly TimeProvider _time;
    readonly ITimer _timer;
    TimeSpan _alive; // when the peer was last known to be there, or nothing was on its way

    [SupportedOSPlatform("linux")]
    SilenceWatch(SocketConnection connection, TimeSpan limit, TimeSpan look, TimeProvider time)
    {
        (_connection, _limit, _time) = (connection, limit, time);
        _alive = Now;
        _timer = time.CreateTimer(static watch => ((SilenceWatch)watch!).Look(), this, look, look);
    }

    TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Watches a connection until its end. Where the system does not say what is on its way, the kernel's probes are all there is.</summary>
    /// <param name="connection">A TCP connection.</param>
    /// <param name="idle">Silence before the first probe; whole seconds, at least one.</param>
    /// <param name="interval">Between probes, and between looks; whole seconds, at least one.</param>
    /// <param name="probes">How many may go unanswered. After <paramref name="idle"/> and that many intervals the peer is given up.</param>
    /// <param name="time">Measures the silence.</param>
    public static void Start(SocketConnection connection, TimeSpan idle, TimeSpan interval, int probes, TimeProvider time)
    {
        SocketTuning.TrySetKeepAlive(connection, idle, interval, probes);
        if (OperatingSystem.IsLinux()) _ = new SilenceWatch(connection, idle + (interval * probes), interval, time);
    }

    [SupportedOSPlatform("linux")]
    void Look()
    {
        if (_connection.End is not null || TcpInfo.Of(_connection.Socket) is not { } info)
        {
            _timer.Dispose();
            return;
        }
        var confirmed = Now - info.LastAck;
        if (info.Unacked == 0 && (info.Probes < Unanswered || _connection.UnsentBytes == 0)) _alive = Now;
        else if (confirmed > _alive) _alive = confirmed;
        else if (Now - _alive >= _limit) _connection.Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.TimedOut, "it has vanished"));
    }
}
