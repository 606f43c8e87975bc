using System.Net.Sockets;
using System.Security.Authentication;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Http.Client;

/// <summary>Turns what HTTP says or throws into one reason, in one line: a proxy's page is never shown.</summary>
static class WebFailure
{
    // What a proxy wrote about itself is shown this far.
    const int LongestWord = 60;

    public static EndReason Of(Exception e, CarrierUrl url, bool timedOut, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return EndReason.Stopped;
        if (timedOut) return new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, url.ToString());
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is ProxyRefusedException refused) return refused.Reason;
            // The handler's own clock may be quicker than ours.
            if (inner is TimeoutException) return new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, url.ToString());
            if (inner is SocketException socket) return SocketErrors.ToEndReason(socket.SocketErrorCode, EndPhase.Dial, url.ToString());
            if (inner is AuthenticationException certificate)
                return new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.Credential, $"{url}: {OneLine(certificate.Message)}; SSL_CERT_FILE names another file of authorities");
        }
        if (e is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } tunnel)
            return new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Refused, $"{url}: {OneLine(tunnel.Message)}");
        while (e.InnerException is { } cause) e = cause;
        return new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Closed, $"{url}: {OneLine(e.Message)}");
    }

    /// <summary>An answer that was not what Jenny would have said.</summary>
    public static EndReason Of(HttpResponseMessage response, CarrierUrl url, string? besides = null)
    {
        var who = response.Headers.TryGetValues("X-Squid-Error", out var squid) ? $"the proxy ({OneLine(string.Join(' ', squid))})"
            : response.Headers.Via.Count > 0 ? $"something behind {OneLine(response.Headers.Via.ToString())}" : "the server";
        var status = (int)response.StatusCode;
        var cause = status switch
        {
            403 => EndCause.Denied,
            407 => EndCause.Credential,
            502 or 503 or 504 => EndCause.Unreachable,
            _ => EndCause.Protocol,
        };
        return new EndReason(EndPhase.Dial, EndSide.Path, cause, $"{url}: {who} answered {status} {OneLine(response.ReasonPhrase ?? "")}{besides}");
    }

    static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= LongestWord * 3 ? line : line[..(LongestWord * 3)];
    }
}
