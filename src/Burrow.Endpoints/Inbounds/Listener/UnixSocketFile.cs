using System.Net.Sockets;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>The file of a listening unix socket: who answers there, and its removal.</summary>
internal static class UnixSocketFile
{
    /// <summary>Whether some process accepts connections there. A busy one (full backlog) counts as answering.</summary>
    public static bool IsAnswered(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress or SocketError.AccessDenied;
        }
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays behind, and the next start takes it over because nobody answers.
        }
    }
}
