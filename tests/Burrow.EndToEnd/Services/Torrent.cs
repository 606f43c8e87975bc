using System.Net.Sockets;
using System.Security.Cryptography;

namespace Burrow.EndToEnd.Services;

/// <summary>A stream of random bytes for as long as something takes; both ends tell how many there were, and their hash.</summary>
static class Torrent
{
    const int Chunk = 64 * 1024;

    /// <summary>Sends until told, and completes.</summary>
    public static async Task<(long Length, string Hash)> SendAsync(Socket socket, int seed, Task until)
    {
        var random = new Random(seed);
        var chunk = new byte[Chunk];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        while (!until.IsCompleted)
        {
            random.NextBytes(chunk);
            hash.AppendData(chunk);
            await socket.SendAllAsync(chunk);
            length += Chunk;
        }
        socket.Shutdown(SocketShutdown.Send);
        return (length, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Receives to the end.</summary>
    public static async Task<(long Length, string Hash)> ReceiveAsync(Socket socket)
    {
        var chunk = new byte[Chunk];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        int count;
        while ((count = await socket.ReceiveAsync(chunk)) > 0)
        {
            hash.AppendData(chunk, 0, count);
            length += count;
        }
        return (length, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
