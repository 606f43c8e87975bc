using System.Text;
using Burrow.Core;

namespace Burrow.Endpoints.Inbounds.HttpProxy;

/// <summary>The answers that this proxy gives itself. All end the connection, so that none has to be kept apart from what follows.</summary>
static class HttpAnswers
{
    public static readonly byte[] Connected = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();

    public static readonly byte[] BadRequest = Make("400 Bad Request", "This is not a request that a proxy understands.");

    public static readonly byte[] NotAProxyRequest = Make("400 Bad Request", "This port is a proxy: use it as one, not as a web server.");

    public static readonly byte[] UnknownScheme = Make("501 Not Implemented", "Requests for http:// and CONNECT are understood, no others.");

    public static readonly byte[] HeadTooLarge = Make("431 Request Header Fields Too Large", "The request's head is too large.");

    public static readonly byte[] PasswordWanted =
        Make("407 Proxy Authentication Required", "User and password are asked for.", "Proxy-Authenticate: Basic realm=\"burrow\", charset=\"UTF-8\"");

    /// <summary>Why there is no connection: a status, a sentence, and Proxy-Status (RFC 9209) for programs.</summary>
    public static byte[] Failure(EndReason reason)
    {
        var (status, error) = reason.Cause switch
        {
            EndCause.Denied => ("403 Forbidden", "destination_ip_prohibited"),
            EndCause.Refused => ("502 Bad Gateway", "connection_refused"),
            EndCause.Unreachable or EndCause.AddressNotAvailable => ("502 Bad Gateway", "destination_ip_unroutable"),
            EndCause.UnknownHost => ("502 Bad Gateway", "dns_error"),
            EndCause.TimedOut or EndCause.Silent => ("504 Gateway Timeout", "connection_timeout"),
            EndCause.Busy or EndCause.Limit => ("503 Service Unavailable", "connection_limit_reached"),
            _ => ("502 Bad Gateway", "connection_terminated"),
        };
        return Make(status, reason.ToString(), $"Proxy-Status: burrow; error={error}");
    }

    /// <summary>The origin's answer was none.</summary>
    public static readonly byte[] BadAnswer = Make("502 Bad Gateway", "The server's answer is not HTTP.", "Proxy-Status: burrow; error=http_protocol_error");

    static byte[] Make(string status, string sentence, string? field = null)
    {
        var body = Encoding.UTF8.GetBytes(sentence + "\n");
        var head = $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{(field is null ? "" : field + "\r\n")}\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
