using System.Text;
using Burrow.EndToEnd.Lab;

namespace Burrow.EndToEnd.Services;

/// <summary>A web server of one page that answers request after request over one connection.</summary>
static class HttpKeptOpen
{
    public static SocketService Serve(LabHost host, int port, string content, string address) => SocketService.Start(host, port, async caller =>
    {
        var asked = "";
        var buffer = new byte[4096];
        while (true)
        {
            var end = asked.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                var count = await caller.ReceiveAsync(buffer);
                if (count == 0) return;
                asked += Encoding.Latin1.GetString(buffer, 0, count);
                continue;
            }
            asked = asked[(end + 4)..];
            await caller.SendTextAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}");
        }
    }, address);
}
