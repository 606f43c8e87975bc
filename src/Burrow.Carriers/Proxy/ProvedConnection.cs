using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Proxy;

/// <summary>
/// Connections to a proxy that wants to know of each of them who we are (NTLM, Negotiate): it is told by a small request of its own, before anything else goes over it. The platform would tell it by the
/// first request itself, sent three times with its body: a proxy that refuses stops reading, and both would wait.
/// </summary>
static class ProvedConnection
{
    /// <summary>Dials and proves.</summary>
    /// <param name="page">Asked for by GET; what is answered does not matter.</param>
    /// <exception cref="ProxyRefusedException">It is no use.</exception>
    public static async ValueTask<Connection> DialAsync(ProxyServer proxy, Target target, string page, ProxySettings settings, TimeSpan timeout, CancellationToken stop)
    {
        var dialled = await TcpDialer.Default.DialAsync(proxy.Address, timeout, permit: null, stop);
        if (!dialled.Succeeded) throw new ProxyRefusedException(dialled.Failure);
        var connection = dialled.Connection;
        await using (stop.Register(static late => ((Connection)late!).Abort(EndReason.Stopped), connection))
        {
            var (through, failure, _) = await new HttpConnect(connection, proxy, target, settings, settings.AuthenticationFor(proxy)) { Page = page }.RunAsync();
            if (through is not null && !stop.IsCancellationRequested) return through;
            await connection.DisposeAsync();
            stop.ThrowIfCancellationRequested();
            throw new ProxyRefusedException(failure!);
        }
    }
}

/// <summary>A proxy could not be reached, or did not let us pass. Goes through HttpClient to whoever made the request.</summary>
sealed class ProxyRefusedException(EndReason reason) : IOException(reason.ToString())
{
    public EndReason Reason => reason;
}
