using System.Net.Sockets;
using System.Security.Cryptography;
using Burrow.Core;
using Burrow.Core.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>Listens on unix sockets that only their owner may reach (mode 0600).</summary>
public static class UnixBinder
{
    const int Backlog = 512;

    /// <summary>Binds and listens.</summary>
    /// <remarks>
    /// The socket is made in a fresh directory of mode 0700, gets its mode there, listens, and is then moved to its name: so there is no moment in which a stranger could connect, and
    /// none in which the name exists but nobody answers. A name that is taken is taken over only if nobody answers there; to the one who does, that question is a client that
    /// hangs up at once. Two processes that find the same dead
    /// socket in the same instant may both take it over; the later one keeps the name.
    /// </remarks>
    /// <param name="path">At most 107 bytes (unix(7)); its directory must exist.</param>
    /// <param name="time">For pauses; null: the system's.</param>
    /// <param name="logger">Null: silent.</param>
    public static ListenResult Bind(string path, TimeProvider? time = null, ILogger? logger = null)
    {
        if (OperatingSystem.IsWindows()) return Failed(EndCause.Failed, "unix sockets are not supported on Windows");
        path = Path.GetFullPath(path);
        Socket? socket = null;
        string? nursery = null;
        try
        {
            _ = new UnixDomainSocketEndPoint(path); // says if it is too long, before anything is made
            var directory = Path.GetDirectoryName(path);
            if (!Directory.Exists(directory)) return Failed(EndCause.AddressNotAvailable, $"{path}: there is no such directory");
            nursery = Path.Combine(directory, $".b{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
            Directory.CreateDirectory(nursery, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var cradle = Path.Combine(nursery, "s");

            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(cradle));
            File.SetUnixFileMode(cradle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            if (!TryName(cradle, path)) return Failed(EndCause.AddressInUse, path, socket);
            return ListenResult.Success(new ListenerInbound([socket], time ?? TimeProvider.System, logger ?? NullLogger.Instance, path));
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return ListenResult.Failed(SocketErrors.ToEndReason(e.SocketErrorCode, EndPhase.Listen, path));
        }
        catch (UnauthorizedAccessException)
        {
            return Failed(EndCause.Denied, path, socket);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return Failed(EndCause.AddressNotAvailable, $"{path}: {e.Message}", socket);
        }
        finally
        {
            if (nursery is not null) RemoveDirectory(nursery);
        }
    }

    static bool TryName(string cradle, string path)
    {
        if (File.Exists(path))
        {
            if (UnixSocketFile.IsAnswered(path)) return false;
            if (!UnixSocketFile.IsReplaceable(path)) throw new IOException("there is something of that name that is no socket");
        }
        File.Move(cradle, path, overwrite: true);
        return true;
    }

    static ListenResult Failed(EndCause cause, string detail, Socket? socket = null)
    {
        socket?.Dispose();
        return ListenResult.Failed(new EndReason(EndPhase.Listen, EndSide.Local, cause, detail));
    }

    static void RemoveDirectory(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty directory of ours stays behind: no harm, and nothing to tell.
        }
    }
}
