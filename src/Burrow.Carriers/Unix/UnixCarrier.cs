using System.Net;
using System.Net.Sockets;
using Burrow.Carriers.Platform.Linux;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Unix;

/// <summary>A unix socket. When the kernel says that the other end has our own uid, that is proof enough for a session to be born on it.</summary>
public sealed class UnixCarrier : ICarrier
{
    const int Backlog = 128;

    public string Scheme => "unix";

    public async ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, TimeSpan timeout, IReadOnlyList<IPAddress> sources, CancellationToken stop)
    {
        var path = url.Path!;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        either.CancelAfter(timeout);
        EndReason failure;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
            return new(Wrap(socket), null);
        }
        catch (OperationCanceledException)
        {
            failure = stop.IsCancellationRequested
                ? new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Stopped, path)
                : new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, path);
        }
        catch (SocketException e)
        {
            failure = SocketErrors.ToEndReason(e.SocketErrorCode, EndPhase.Dial, path);
        }
        catch (ArgumentException)
        {
            failure = new EndReason(EndPhase.Dial, EndSide.Local, EndCause.AddressNotAvailable, $"{path}: too long for a socket's path");
        }
        socket.Dispose();
        return new(null, failure);
    }

    public async ValueTask<CarrierResult<ICarrierListener>> ListenAsync(CarrierUrl url)
    {
        var path = url.Path!;
        Socket? socket = null;
        try
        {
            var endPoint = new UnixDomainSocketEndPoint(path);
            await RemoveDeadAsync(endPoint, path);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return new(new SocketListener(socket, url, Wrap, closed: () => File.Delete(path)), null);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return new(null, SocketErrors.ToEndReason(e.SocketErrorCode, EndPhase.Listen, path));
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            socket?.Dispose();
            return new(null, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.AddressNotAvailable, $"{path}: {e.Message}"));
        }
    }

    /// <summary>A socket file outlives a killed process. One that nobody answers on is removed; anything that is no socket stays and fails the bind.</summary>
    static async ValueTask RemoveDeadAsync(UnixDomainSocketEndPoint endPoint, string path)
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (IsSocket(path)) File.Delete(path);
        }
        catch (SocketException)
        {
            // Whatever it is, bind will say so.
        }
    }

    /// <summary>connect(2) refuses an ordinary file in the same way, but that can be opened; open(2) on a socket fails with ENXIO.</summary>
    static bool IsSocket(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    static Carried Wrap(Socket socket)
    {
        var user = OperatingSystem.IsLinux() ? PeerCredentials.UserOf(socket) : null;
        return new Carried(new SocketConnection(socket), IsSame(user, LocalUser.Own), "unix");
    }

    /// <summary>Whether the kernel vouches that two are one user.</summary>
    internal static bool IsSame(LocalUser? one, LocalUser? other) => one is { IsSomebody: true } && one == other;
}
