using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Burrow.Bench.Web;

/// <summary>A web server for curl: <c>GET /N</c> answers N bytes, anything with a body is thrown away and answered when it has ended. A thread for each connection.</summary>
internal static class FileServer
{
    const int Chunk = 256 * 1024;

    /// <summary>Serves until the process is ended.</summary>
    public static int Run(IPEndPoint address)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(address);
        listener.Listen(128);
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        while (true)
        {
            var caller = listener.Accept();
            caller.NoDelay = true;
            new Thread(() => Serve(caller)) { IsBackground = true, Name = "web" }.Start();
        }
    }

    static void Serve(Socket caller)
    {
        try
        {
            using var stream = new BufferedStream(new NetworkStream(caller, ownsSocket: true), Chunk);
            var chunk = new byte[Chunk];
            while (ReadHead(stream) is { } head)
            {
                var answer = head.Path.Length > 1 && head.Method == "GET" ? long.Parse(head.Path.AsSpan(1), CultureInfo.InvariantCulture) : 0;
                for (var left = head.Length; left > 0;)
                {
                    var count = stream.Read(chunk, 0, (int)Math.Min(left, Chunk));
                    left -= count > 0 ? count : throw new IOException("the body ended early");
                }

                stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer}\r\n\r\n"));
                for (var left = answer; left > 0; left -= Math.Min(left, Chunk))
                {
                    stream.Write(chunk, 0, (int)Math.Min(left, Chunk));
                }

                stream.Flush();
            }
        }
        catch (IOException)
        {
            // A caller who left in the middle, as proxies do.
        }
    }

    static (string Method, string Path, long Length)? ReadHead(BufferedStream stream)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var next = stream.ReadByte();
            if (next < 0 || text.Length > 16 * 1024)
            {
                return null;
            }

            text.Append((char)next);
        }

        var lines = text.ToString().Split("\r\n");
        var words = lines[0].Split(' ');
        const string Name = "Content-Length:";
        var length = lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return (words[0], words[1], length is null ? 0 : long.Parse(length.AsSpan(Name.Length), CultureInfo.InvariantCulture));
    }
}
