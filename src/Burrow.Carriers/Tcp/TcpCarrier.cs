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
        var (sockets, failure) = await ListeningSockets.OpenAsync(url.Target!, Backlog);
        if (sockets is null) return new(null, failure);
        var bound = url with { Target = url.Target! with { Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port } };
        var listeners = sockets.ConvertAll<ICarrierListener>(socket => new SocketListener(socket, bound, Accepted));
        return new(listeners is [var only] ? only : new JoinedListener(listeners), null);
    }

    static Carried Accepted(Socket socket) => new(Tune(new SocketConnection(socket)), SameUser: false);

    static Connection Tune(Connection connection)
    {
        if (connection is SocketConnection socket) SocketTuning.TrySetNotSentLowWater(socket);
        return connection;
    }
}
