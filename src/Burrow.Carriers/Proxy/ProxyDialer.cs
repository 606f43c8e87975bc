using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Proxy;

/// <summary>Makes connections through proxies: HTTP CONNECT and SOCKS. Thread-safe; remembers how each proxy wants to be spoken to, so that one refusal is enough to learn it.</summary>
/// <param name="settings">What is said to HTTP proxies besides.</param>
/// <param name="dial">Dials the proxies; null: by the system's resolver, which is asked again and again.</param>
public sealed class ProxyDialer(ProxySettings settings, IOutbound? dial = null)
{
    readonly IOutbound _dial = dial ?? TcpDialer.Default;

    /// <summary>Connects to a target by way of a proxy.</summary>
    /// <param name="timeout">For all of it: name, proxy, password, target.</param>
    /// <returns>A connection whose next byte is the target's first; or why not, naming the proxy.</returns>
    public async ValueTask<DialResult> DialAsync(ProxyServer proxy, Target target, TimeSpan timeout, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        var authentication = settings.AuthenticationFor(proxy);
        // A second connection only where the proxy closes after asking for a password.
        for (var attempt = 1; ; attempt++)
        {
            var dialled = await _dial.DialAsync(proxy.Address, timeout, permit: null, either.Token);
            if (!dialled.Succeeded) return DialResult.Failed(Explain(dialled.Failure, proxy, timer, stop));
            var connection = dialled.Connection;
            if (connection is SocketConnection socket) SocketTuning.TrySetNotSentLowWater(socket);
            await using (either.Token.Register(static late => ((Connection)late!).Abort(Late), connection))
            {
                var (through, failure, again) = proxy.Kind == ProxyKind.Http
                    ? await new HttpConnect(connection, proxy, target, settings, authentication).RunAsync()
                    : await new SocksConnect(connection, proxy, target).RunAsync(either.Token);
                if (through is not null && !either.IsCancellationRequested) return DialResult.Success(through);
                await connection.DisposeAsync();
                if (again && attempt == 1) continue;
                return DialResult.Failed(Explain(failure ?? connection.End ?? Late, proxy, timer, stop));
            }
        }
    }

    static EndReason Explain(EndReason reason, ProxyServer proxy, CancellationTokenSource timer, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Stopped, proxy.ToString());
        if (timer.IsCancellationRequested) return new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, $"proxy {proxy}");
        var detail = reason.Detail is { } known && known.StartsWith("proxy ", StringComparison.Ordinal) ? known : $"proxy {proxy}{(reason.Detail is null ? "" : $": {reason.Detail}")}";
        return reason with { Detail = detail };
    }

    static readonly EndReason Late = new(EndPhase.Dial, EndSide.Path, EndCause.TimedOut);
}

/// <summary>What came of one connection to a proxy: a connection through it, or why not, and whether another one may succeed at once.</summary>
readonly record struct ProxyResult(Connection? Through, EndReason? Failure, bool Again = false)
{
    public static ProxyResult Failed(EndCause cause, string detail) => new(null, new EndReason(EndPhase.Dial, EndSide.Path, cause, detail));
}
