using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>Takes TCP ports: one rule for whoever listens, Jenny's own port and maps alike.</summary>
/// <remarks>
/// <code>
/// host              what is bound
/// "" or "*"         all addresses of both families by one socket; IPv4 alone on a machine without IPv6
/// an address        exactly that one ("::" is all IPv6, "0.0.0.0" all IPv4)
/// localhost         127.0.0.1 and ::1, whatever it may resolve to, on the same port
/// a name            every address of this machine that it resolves to, on the same port
/// </code>
/// </remarks>
public static class ListeningSockets
{
    /// <summary>Binds and listens: on all of the target's addresses that this machine has, or not at all.</summary>
    /// <param name="target">Where; port 0: the system chooses one, the same for all addresses.</param>
    /// <param name="backlog">How many clients may wait to be accepted; the kernel takes the lesser of this and net.core.somaxconn.</param>
    /// <param name="resolve">For names; null: the system's resolver.</param>
    /// <param name="stop">Gives up resolving.</param>
    /// <returns>The sockets, which the caller owns, one at least; or why there are none.</returns>
    public static async ValueTask<(List<Socket>? Sockets, EndReason? Failure)> OpenAsync(Target target, int backlog, Resolver? resolve = null, CancellationToken stop = default)
    {
        var (addresses, failure) = await AddressesAsync(target, resolve, stop);
        if (failure is not null) return (null, failure);

        var sockets = new List<Socket>();
        var port = target.Port;
        var everywhere = target.Host is "" or "*";
        foreach (var address in addresses)
        {
            var (socket, error) = Listen(address, port, everywhere, backlog);
            if (socket is not null)
            {
                sockets.Add(socket);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                continue;
            }

            // A name may have addresses that this machine lacks; but a taken port is taken, and half a listener would hide it.
            failure = SocketErrors.ToEndReason(error, EndPhase.Listen, target.ToString());
            if (failure.Cause is not (EndCause.AddressNotAvailable or EndCause.Unreachable)) break;
        }
        if (sockets.Count > 0 && failure is null or { Cause: EndCause.AddressNotAvailable or EndCause.Unreachable }) return (sockets, null);

        foreach (var socket in sockets) socket.Dispose();
        return (null, failure);
    }

    static async ValueTask<(IReadOnlyList<IPAddress> Addresses, EndReason? Failure)> AddressesAsync(Target target, Resolver? resolve, CancellationToken stop)
    {
        if (target.Host is "" or "*") return ([Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any], null);
        if (target.Address is { } address) return ([address], null);
        if (HostName.IsLocalhost(target.Host)) return ([IPAddress.Loopback, IPAddress.IPv6Loopback], null);
        try
        {
            var addresses = await (resolve ?? NameLookup.ResolveAsync)(target.Host, stop);
            var distinct = addresses.Select(EndPoints.Fold).Distinct().ToList();
            if (distinct.Count > 0) return (distinct, null);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Said below.
        }
        catch (OperationCanceledException)
        {
            return ([], new EndReason(EndPhase.Resolve, EndSide.Local, EndCause.Stopped, target.ToString()));
        }
        return ([], new EndReason(EndPhase.Resolve, EndSide.Path, EndCause.UnknownHost, target.Host));
    }

    static (Socket? Socket, SocketError Error) Listen(IPAddress address, int port, bool everywhere, int backlog)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (everywhere && address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = true;
            SocketTuning.ReuseAddressAsServersDo(socket);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(backlog);
            return (socket, SocketError.Success);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return (null, e.SocketErrorCode);
        }
    }
}
