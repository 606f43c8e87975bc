using Burrow.Carriers.Modes.Hex;
using Burrow.Carriers.Modes.Tls;
using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>What the first byte says that a caller speaks (docs/protocol.md §1).</summary>
public enum Speech
{
    Tls,
    Plaintext,
    Obfuscated,
    Http,
    Garbage,
}

/// <summary>Tells callers apart by the first byte, which is received and pushed back, never peeked at: a peek that finds nothing new would have to spin.</summary>
static class CallerSorter
{
    static ReadOnlySpan<byte> NotFound =>
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\nnot found\n"u8;

    public static Speech Tell(byte first) => first switch
    {
        0x16 => Speech.Tls,
        >= 0x80 => Speech.Plaintext,
        (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f') => Speech.Obfuscated,
        >= (byte)'A' and <= (byte)'Z' => Speech.Http,
        _ => Speech.Garbage,
    };

    /// <summary>Sorts one caller.</summary>
    /// <param name="serveWeb">Serves HTTP to its end; null when there is none on this carrier.</param>
    /// <returns>A caller, or the reason why there is none; then the connection is over. Neither: it was HTTP that brought carriers.</returns>
    public static async ValueTask<(Caller? Caller, EndReason? Failure)> SortAsync(
        BoundedConnection connection, Carried carried, TlsServer tls, Action admitted, Func<Connection, Task<EndReason?>>? serveWeb)
    {
        var first = new byte[1];
        var count = await connection.ReadAsync(first);
        if (count == Connection.EndOfStream) return (null, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Closed, "left without a word"));
        if (count < 0) return (null, connection.End);

        var whole = new PrefixedConnection(connection, first);
        switch (Tell(first[0]))
        {
            case Speech.Tls:
                var (secured, failure) = await tls.AcceptAsync(whole, allowWeb: serveWeb is not null);
                if (secured is null) return (null, failure);
                return secured.IsWeb ? (null, await serveWeb!(secured)) : (new Caller(secured, Mode.Encrypted, secured.PeerPin, carried, connection, admitted), null);
            case Speech.Plaintext:
                return (new Caller(whole, Mode.Plaintext, null, carried, connection, admitted), null);
            case Speech.Obfuscated:
                return (new Caller(new HexConnection(whole), Mode.Obfuscated, null, carried, connection, admitted), null);
            case Speech.Http when serveWeb is not null:
                return (null, await serveWeb(whole));
            case Speech.Http:
                await AnswerNotFoundAsync(whole);
                return (null, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, "HTTP, answered by 404"));
            default:
                return (null, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, $"begins with 0x{first[0]:x2}, which is nothing we speak"));
        }
    }

    /// <summary>Reads on after the answer, within the caller's bound and deadline, because closing over unread bytes would turn the answer into a reset.</summary>
    static async ValueTask AnswerNotFoundAsync(Connection connection)
    {
        if (!await connection.WriteAsync(NotFound.ToArray()) || !await connection.CompleteAsync()) return;
        var rest = new byte[1024];
        while (await connection.ReadAsync(rest) > 0) { }
    }
}
