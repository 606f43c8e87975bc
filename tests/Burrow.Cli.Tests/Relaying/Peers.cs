using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>The programs at the other ends, as plain sockets.</summary>
static class Peers
{
    public static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    public static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    public static (Socket Listener, int Port) Listen(string address = "127.0.0.1")
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), 0);
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endPoint);
        listener.Listen();
        return (listener, ((IPEndPoint)listener.LocalEndPoint!).Port);
    }

    public static async Task<Socket> ConnectAsync(int port, string address = "127.0.0.1")
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        return socket;
    }

    /// <summary>Everything up to the end of the stream.</summary>
    public static async Task<byte[]> ReadAllAsync(this Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Sends so many millions of bytes that the seed decides, and then the end.</summary>
    /// <returns>Their SHA-256.</returns>
    public static async Task<string> SendRandomAsync(this Socket socket, int length, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(seed);
        var buffer = new byte[1_000_000];
        for (var sent = 0; sent < length; sent += buffer.Length)
        {
            random.NextBytes(buffer);
            hash.AppendData(buffer);
            for (var at = 0; at < buffer.Length;) at += await socket.SendAsync(buffer.AsMemory(at));
        }
        socket.Shutdown(SocketShutdown.Send);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The SHA-256 of everything up to the end of the stream.</summary>
    public static async Task<string> HashAllAsync(this Socket socket)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 << 10];
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0) hash.AppendData(buffer.AsSpan(0, count));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public static async Task<string> ReadTextAsync(this Socket socket, int length)
    {
        var buffer = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(at)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (count == 0) return System.Text.Encoding.ASCII.GetString(buffer, 0, at);
            at += count;
        }
        return System.Text.Encoding.ASCII.GetString(buffer);
    }

    public static async Task SendTextAsync(this Socket socket, string text) => await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>Sends back what it gets, with the listener's number before it, until it is disposed.</summary>
    public static (Socket Listener, int Port) Echo(string greeting = "")
    {
        var (listener, port) = Listen();
        _ = ServeAsync();
        return (listener, port);

        async Task ServeAsync()
        {
            try
            {
                while (true) _ = AnswerAsync(await listener.AcceptAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        async Task AnswerAsync(Socket client)
        {
            using (client)
            {
                try
                {
                    await client.SendTextAsync(greeting);
                    var buffer = new byte[64 * 1024];
                    int count;
                    while ((count = await client.ReceiveAsync(buffer)) > 0) await client.SendAsync(buffer.AsMemory(0, count));
                    client.Shutdown(SocketShutdown.Send);
                }
                catch (SocketException)
                {
                    // Reset by the test.
                }
            }
        }
    }
}
