using System.Globalization;
using Burrow.Core;
using Burrow.Core.Http;

namespace Burrow.Carriers.Proxy;

/// <summary>Asks an HTTP proxy for a tunnel (RFC 9110 9.3.6) on one connection, as often as its way of asking for a password takes; or only proves to it who we are.</summary>
sealed class HttpConnect(Connection connection, ProxyServer proxy, Target target, ProxySettings settings, ProxyAuthentication authentication)
{
    const int LongestHead = 64 * 1024;

    // The page that explains a refusal: read to keep the connection, and no further than it is worth that.
    const int LongestBody = 256 * 1024;

    // NTLM takes three requests, Negotiate with several mechanisms a few more.
    const int MostRounds = 6;

    /// <summary>Not null: no tunnel is asked for, but this page, by GET, whatever comes of it: from then on the proxy knows this connection.</summary>
    public string? Page { get; init; }

    byte[] _buffer = new byte[4096];
    int _length;

    public async ValueTask<ProxyResult> RunAsync()
    {
        using var conversation = Page is null ? authentication.Begin(target) : authentication.Begin("GET", Page, target.Host);
        for (var round = 1; ; round++)
        {
            if (!await connection.WriteAsync(Request(conversation.Header()).ToBytes())) return Gone(round > 1);
            HttpHead? head;
            int status;
            do
            {
                head = await ReadHeadAsync();
                if (head is null) return connection.End is null && _length > 0 ? NotHttp() : Gone(round > 1);
                status = Status(head);
            }
            while (status is >= 100 and < 200);
            if (status == 0) return NotHttp();
            if (Page is not null && status != 407)
            {
                return await SkipBodyAsync(head) ? new ProxyResult(connection, null) : new ProxyResult(null, Refusal(head, status));
            }
            if (status != 407) conversation.Taken();
            if (status is >= 200 and < 300)
            {
                return new ProxyResult(_length == 0 ? connection : new PrefixedConnection(connection, _buffer.AsMemory(0, _length)), null);
            }
            var more = status == 407 && round < MostRounds && conversation.Challenged(head.Values("Proxy-Authenticate"));
            if (!more) return Refused(head, status);
            if (!await SkipBodyAsync(head)) return new ProxyResult(null, Refusal(head, status), Again: true);
        }
    }

    HttpHead Request(string? authorization)
    {
        var authority = target.ToString();
        var fields = new List<KeyValuePair<string, string>> { new("Host", authority), new("User-Agent", settings.UserAgent), new("Proxy-Connection", "keep-alive") };
        if (authorization is not null) fields.Add(new("Proxy-Authorization", authorization));
        fields.AddRange(settings.Headers);
        return new HttpHead(Page is null ? $"CONNECT {authority} HTTP/1.1" : $"GET {Page} HTTP/1.1", fields);
    }

    /// <returns>0 when it is no status line.</returns>
    static int Status(HttpHead head) =>
        head.StartLine.Split(' ', 3) is [['H', 'T', 'T', 'P', '/', '1', '.', ..], { Length: 3 } code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 100 ? status : 0;

    async ValueTask<HttpHead?> ReadHeadAsync()
    {
        var scanned = 0;
        while (true)
        {
            var length = HttpHead.Length(_buffer.AsSpan(0, _length), ref scanned);
            if (length > 0)
            {
                var head = HttpHead.Parse(_buffer.AsSpan(0, length));
                Drop(length);
                return head;
            }
            if (_length == LongestHead || !await FillAsync()) return null;
        }
    }

    /// <returns>False when the connection is of no more use.</returns>
    async ValueTask<bool> SkipBodyAsync(HttpHead head)
    {
        if (head.Elements("Connection").Concat(head.Elements("Proxy-Connection")).Contains("close", StringComparer.OrdinalIgnoreCase) || head.Elements("Transfer-Encoding").Any()) return false;
        if (!int.TryParse(head.Values("Content-Length").FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var left) || left > LongestBody) return false;
        while (true)
        {
            var count = Math.Min(left, _length);
            Drop(count);
            if ((left -= count) == 0) return true;
            if (!await FillAsync()) return false;
        }
    }

    async ValueTask<bool> FillAsync()
    {
        if (_length == _buffer.Length) Array.Resize(ref _buffer, Math.Min(LongestHead, _buffer.Length * 2));
        var count = await connection.ReadAsync(_buffer.AsMemory(_length));
        if (count <= 0) return false;
        _length += count;
        return true;
    }

    void Drop(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }

    ProxyResult Refused(HttpHead head, int status) => new(null, Refusal(head, status));

    EndReason Refusal(HttpHead head, int status) => new(
        EndPhase.Dial, EndSide.Path,
        status switch { 407 => EndCause.Credential, 401 or 403 or 405 => EndCause.Denied, 504 => EndCause.TimedOut, 502 => EndCause.Unreachable, 503 => EndCause.Busy, _ => EndCause.Failed },
        $"proxy {proxy} answered {Shown(head.StartLine)}{(status == 407 ? $"; {authentication.WhyNot}" : "")}");

    // Status and reason, on one line and without what a terminal might take for orders.
    static string Shown(string line)
    {
        var text = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim();
        return new string([.. text.Take(120).Select(c => char.IsControl(c) || c > 0x7e ? '?' : c)]);
    }

    ProxyResult NotHttp() => ProxyResult.Failed(EndCause.Protocol, $"proxy {proxy} does not speak HTTP");

    // A proxy that closes where a second request was due: worth one more connection.
    ProxyResult Gone(bool again) => new(null, connection.End ?? new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Closed, $"proxy {proxy} hung up"), again);
}
