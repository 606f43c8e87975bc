using System.Net;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>Somebody at Jenny's port whose mode is known and who has proved nothing to the session yet.</summary>
public sealed class Caller
{
    readonly BoundedConnection _bounded;
    readonly Action _admitted;

    internal Caller(Connection connection, Mode mode, Pin? pin, Carried carried, BoundedConnection bounded, Action admitted)
    {
        (Connection, Mode, PeerPin, SameUser, Kind, _bounded, _admitted) = (connection, mode, pin, carried.SameUser, carried.Kind, bounded, admitted);
        Group = AddressGroup.Of(connection.RemoteEndPoint);
    }

    /// <summary>The carrier with its mode taken off. The port disposes it when its serving has ended.</summary>
    public Connection Connection { get; }

    public Mode Mode { get; }

    /// <summary>With <see cref="Mode.Encrypted"/>: the key it has proved to hold; null when it presented none.</summary>
    public Pin? PeerPin { get; }

    /// <summary>The carrier is a unix socket of our own uid.</summary>
    public bool SameUser { get; }

    /// <summary>What carries: <c>tcp</c>, <c>ws</c> and so on.</summary>
    public string Kind { get; }

    public EndPoint? Remote => Connection.RemoteEndPoint;

    /// <summary>By what attempts are counted and limited.</summary>
    public string Group { get; }

    /// <summary>It has proved who it is: no more deadline, no more bound on what is read, and buffers as large as they pay. Call it before the link reads.</summary>
    public void Admit()
    {
        _bounded.Lift();
        if (Connection is TlsConnection secured) secured.StartBatching();
        _admitted();
    }
}
