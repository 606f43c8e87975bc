using System.Net;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Endpoints.Outbounds.Direct;

/// <summary>Dials targets from this machine.</summary>
/// <param name="dialer">How; null: the system's clock and resolver, from whatever address the system chooses.</param>
public sealed class DirectOutbound(TcpDialer? dialer = null) : IOutbound
{
    readonly TcpDialer _dialer = dialer ?? TcpDialer.ForClients;

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop) =>
        _dialer.DialAsync(target, timeout, permit, stop);
}
