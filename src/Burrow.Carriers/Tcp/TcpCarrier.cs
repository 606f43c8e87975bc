using System.Net;
using System.Net.Sockets;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Tcp;

/// <summary>Plain TCP. The kernel's queue is kept short, so that what is urgent does not wait behind what was already handed over.</summary>
public sealed class TcpCarrier : ICarrier
{
    const int Backlog = 512;

    readonly AddressMemory _addresses = new(NameLookup.ResolveAsync);

    public string Scheme => "tcp";

    public async ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, TimeSpan timeout, IReadOnlyList<IPAddress> sources, CancellationToken stop)
    {
        var dialer = new TcpDialer(TimeProvider.System, _addresses.ResolveAsync) { Sources = sources };
        var result = await dialer.DialAsync(url.Target!, timeout, permit: null, stop);
        return result.Succeeded ? new(new Carried(Tune(result.Connection), SameUser: false), null) : new(null, result.Failure);
    }

    public async ValueTask<CarrierResult<ICarrierListener>> ListenAsync(CarrierUrl url)
    {
        var target = url.Target!;
        Socket? socket = null;
        try
        {
            var address = await AddressAsync(target);
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = address.Equals(IPAddress.IPv6Any);
            SocketTuning.ReuseAddressAsServersDo(socket);
            socket.Bind(new IPEndPoint(address, target.Port));
            socket.Listen(Backlog);
            var bound = target with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port };
            return new(new SocketListener(socket, url with { Target = bound }, Accepted), null);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return new(null, SocketErrors.ToEndReason(e.SocketErrorCode, EndPhase.Listen, target.ToString()));
        }
    }

    static Carried Accepted(Socket socket) => new(Tune(new SocketConnection(socket)), SameUser: false);

    static Connection Tune(Connection connection)
    {
        if (connection is SocketConnection socket) SocketTuning.TrySetNotSentLowWater(socket);
        return connection;
    }

    static async ValueTask<IPAddress> AddressAsync(Target target)
    {
        if (target.Host is "" or "*") return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (HostName.IsLocalhost(target.Host)) return IPAddress.Loopback;
        return target.Address ?? (await NameLookup.ResolveAsync(target.Host, CancellationToken.None))[0];
    }
}
