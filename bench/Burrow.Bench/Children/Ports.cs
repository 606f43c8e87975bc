using System.Net;
using System.Net.Sockets;

namespace Burrow.Bench.Children;

/// <summary>Loopback ports for listeners. Below the range that the kernel hands out to clients (ip(7), ip_local_port_range): there the load itself would take them.</summary>
internal static class Ports
{
    const int First = 12_000, Last = 30_000;

    static int _next = First + (Environment.ProcessId * 37 % 15_000);

    /// <exception cref="IOException">None is free.</exception>
    public static IPEndPoint Next()
    {
        for (var tries = First; tries < Last; tries++)
        {
            _next = _next >= Last ? First : _next + 1;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, _next));
                return new IPEndPoint(IPAddress.Loopback, _next);
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new IOException("no free port on loopback");
    }
}
