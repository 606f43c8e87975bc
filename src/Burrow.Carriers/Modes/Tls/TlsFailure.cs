using System.Security.Authentication;
using Burrow.Carriers.Identity;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>What came of a TLS handshake: one of the two is null. After a failure the inner connection is aborted with that reason.</summary>
public readonly record struct TlsResult(TlsConnection? Connection, EndReason? Failure);

/// <summary>Turns what SslStream throws into reasons.</summary>
static class TlsFailure
{
    /// <summary>The shortest text that says what TLS did not like.</summary>
    public static string Text(Exception? e)
    {
        while (e?.InnerException is { } cause) e = cause;
        return e is null ? "TLS failed" : $"TLS: {e.Message.ReplaceLineEndings(" ")}";
    }

    public static EndReason OfHandshake(Connection inner, RecordStream records, Exception e) => e switch
    {
        _ when inner.End is { } ended => ended,
        PlatformNotSupportedException or NotSupportedException =>
            new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Failed, "this system's TLS library cannot do TLS 1.3, which encrypted mode needs (OpenSSL 1.1.1 can)"),
        _ when records.ToldEnd =>
            new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Closed, "closed during the TLS handshake"),
        AuthenticationException or IOException or InvalidOperationException => new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, Text(e)),
        _ => new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Failed, Text(e)),
    };

    public static EndReason WrongPin(Pin? actual, IReadOnlyCollection<Pin> expected) => new(
        EndPhase.Handshake, EndSide.Local, EndCause.Credential,
        $"the other side's key is {actual?.Text ?? "missing"}, expected {string.Join(" or ", expected.Select(pin => pin.Text))}");
}
