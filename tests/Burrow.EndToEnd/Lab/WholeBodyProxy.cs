using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Burrow.EndToEnd.Services;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// A web proxy of the worst kind, on a lab's firewall: it takes every request whole, and every answer whole, before it passes it on, knows no Upgrade, and may close its connection after every answer.
/// </summary>
sealed class WholeBodyProxy : IAsyncDisposable
{
    public const int Port = 3130;
    public const string Url = $"http://{NetworkLab.GatewayAddress}:3130";

    // What belongs to a connection and not to what goes over it (RFC 9110 7.6.1).
    static readonly string[] OfTheConnection = ["Connection", "Upgrade", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Transfer-Encoding", "Content-Length"];

    readonly LabHost _host;
    readonly bool _keepsOpen;
    readonly bool _saysSo;
    readonly SocketService _service;

    /// <param name="keepsOpen">A connection carries more than one request.</param>
    /// <param name="saysSo">When it does not: says so by <c>Connection: close</c>.</param>
    public WholeBodyProxy(LabHost host, bool keepsOpen, bool saysSo = true)
    {
        (_host, _keepsOpen, _saysSo) = (host, keepsOpen, saysSo);
        _service = SocketService.Start(host, Port, ServeAsync, "0.0.0.0");
    }

    /// <summary>Connections so far.</summary>
    public int Connections => _service.Callers.Count;

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    async Task ServeAsync(Socket caller)
    {
        using var callers = new NetworkStream(caller, ownsSocket: true);
        try
        {
            while (await ReadAsync(callers, isAnswer: false) is { } request && await AnswerAsync(request) is { } answer)
            {
                await WriteAsync(callers, answer.Start, answer.Fields, answer.Body, close: !_keepsOpen && _saysSo);
                if (_keepsOpen) continue;
                caller.Shutdown(SocketShutdown.Send);
                return;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or TimeoutException)
        {
            // Either side went away: so does this one.
        }
    }

    /// <summary>Every request gets a connection of its own to where it goes, as from Squid.</summary>
    async Task<(string Start, List<string> Fields, byte[] Body)?> AnswerAsync((string Start, List<string> Fields, byte[] Body) request)
    {
        var words = request.Start.Split(' ');
        var target = new Uri(words[1]);
        using var socket = await _host.ConnectAsync(target.Port, target.Host);
        using var origin = new NetworkStream(socket);
        await WriteAsync(origin, $"{words[0]} {target.PathAndQuery} HTTP/1.1", request.Fields, request.Body, close: true);
        return await ReadAsync(origin, isAnswer: true);
    }

    static async Task WriteAsync(NetworkStream to, string start, IEnumerable<string> fields, byte[] body, bool close)
    {
        var kept = fields.Where(field => !OfTheConnection.Contains(field.Split(':')[0], StringComparer.OrdinalIgnoreCase));
        var head = string.Join("\r\n", [start, .. kept, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}"), .. (string[])(close ? ["Connection: close"] : []), "", ""]);
        await to.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. body]);
    }

    /// <returns>Null: the connection ended before the message did.</returns>
    static async Task<(string Start, List<string> Fields, byte[] Body)?> ReadAsync(NetworkStream from, bool isAnswer)
    {
        var reader = new BufferedStream(from);
        if (await LineAsync(reader) is not { Length: > 0 } start) return null;
        var fields = new List<string>();
        while (await LineAsync(reader) is { Length: > 0 } line) fields.Add(line);
        using var body = new MemoryStream();
        string? Value(string name) => fields.Find(field => field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
        if (Value("Transfer-Encoding") is not null)
        {
            while (await LineAsync(reader) is { } head)
            {
                var count = int.Parse(head.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                if (!await TakeAsync(reader, body, count)) return null;
                await LineAsync(reader);
                if (count == 0) return (start, fields, body.ToArray());
            }
            return null;
        }
        if (Value("Content-Length") is { } length) return await TakeAsync(reader, body, int.Parse(length, CultureInfo.InvariantCulture)) ? (start, fields, body.ToArray()) : null;
        if (isAnswer) await reader.CopyToAsync(body);
        return (start, fields, body.ToArray());
    }

    static async Task<bool> TakeAsync(Stream from, MemoryStream to, int count)
    {
        var bytes = new byte[count];
        if (await from.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false) < count) return false;
        to.Write(bytes);
        return true;
    }

    static async Task<string?> LineAsync(Stream from)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await from.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        return null;
    }
}
