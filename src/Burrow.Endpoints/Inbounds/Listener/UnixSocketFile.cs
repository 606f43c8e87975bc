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

    /// <summary>
    /// Whether the file is a socket, or at least nothing with content: the runtime can't tell a socket from other special files, and what must not happen is that
    /// somebody's file is replaced.
    /// </summary>
    public static bool IsReplaceable(string path)
    {
        var file = new FileInfo(path);
        return !file.Attributes.HasFlag(FileAttributes.Directory) && file.LinkTarget is null && file.Length == 0;
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
