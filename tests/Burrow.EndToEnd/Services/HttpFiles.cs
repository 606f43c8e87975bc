using System.Text;
using Burrow.EndToEnd.Lab;

namespace Burrow.EndToEnd.Services;

/// <summary>A web server of one page, for curl.</summary>
static class HttpFiles
{
    /// <summary>Answers every request by the same content and closes.</summary>
    public static SocketService Serve(LabHost host, int port, string content, string address = "127.0.0.1") => SocketService.Start(host, port, async caller =>
    {
        var request = "";
        var buffer = new byte[4096];
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await caller.ReceiveAsync(buffer);
            if (count == 0) return;
            request += Encoding.ASCII.GetString(buffer, 0, count);
        }

        await caller.SendTextAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\nConnection: close\r\n\r\n{content}");
        caller.Shutdown(System.Net.Sockets.SocketShutdown.Both);
    }, address);
}
