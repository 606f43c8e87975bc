using System.Net.Sockets;
using System.Text;

namespace Burrow.EndToEnd.Services;

/// <summary>What tests say over sockets.</summary>
static class SocketExtensions
{
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes)..];
    }

    public static Task SendTextAsync(this Socket socket, string text) => socket.SendAllAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Exactly so many bytes.</summary>
    /// <exception cref="EndOfStreamException">The other side completed before.</exception>
    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(filled));
            if (received == 0) throw new EndOfStreamException($"the stream ended after {filled} of {count} bytes");
            filled += received;
        }

        return bytes;
    }

    public static async Task<string> ReceiveTextAsync(this Socket socket, int length) => Encoding.UTF8.GetString(await socket.ReceiveExactlyAsync(length));

    /// <summary>Everything up to the end of the stream.</summary>
    public static async Task<byte[]> ReceiveToEndAsync(this Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Everything up to and with the first place where the text stands at the end of what has arrived.</summary>
    public static async Task<string> ReceiveUntilAsync(this Socket socket, string end)
    {
        var all = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!all.ToString(Math.Max(0, all.Length - end.Length - 64), Math.Min(all.Length, end.Length + 64)).Contains(end, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer);
            if (count == 0) throw new EndOfStreamException($"the stream ended without '{end}'");
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return all.ToString();
    }

    /// <summary>Sends a text and expects it back.</summary>
    public static async Task EchoAsync(this Socket socket, string text, double seconds = 30)
    {
        await socket.SendTextAsync(text);
        var answer = await socket.ReceiveTextAsync(Encoding.UTF8.GetByteCount(text)).Within(seconds, $"the echo of '{text}'");
        Xunit.Assert.Equal(text, answer);
    }

    /// <summary>How the connection ends from here, once everything that still comes was read: <see cref="SocketError.Success"/> for an end of stream.</summary>
    public static async Task<SocketError> HowItEndsAsync(this Socket socket)
    {
        try
        {
            await socket.ReceiveToEndAsync();
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }
}
