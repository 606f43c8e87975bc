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
        BoundedConnection connection, Carried carried, TlsServer tls, HandshakeTurns turns, Action admitted, Func<Connection, Task<EndReason?>>? serveWeb)
    {
        if (await connection.LookAtFirstAsync() is not { } first)
            return (null, connection.End ?? new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Closed, "left without a word"));

        switch (Tell(first))
        {
            case Speech.Tls:
                var turn = turns.For(AddressGroup.Of(connection.RemoteEndPoint));
                connection.WhenAborted(turn.Abandon);
                var inTurn = new TurnConnection(connection, turn);
                TlsConnection? secured;
                EndReason? failure;
                try
                {
                    (secured, failure) = await tls.AcceptAsync(inTurn, allowWeb: serveWeb is not null);
                }
                finally
                {
                    inTurn.Finish();
                }
                if (secured is null) return (null, failure);
                if (secured.IsWeb) return (null, await serveWeb!(secured));
                return (new Caller(secured, Mode.Encrypted, secured.PeerPin, carried, connection, admitted), null);
            case Speech.Plaintext:
                return (new Caller(connection, Mode.Plaintext, null, carried, connection, admitted), null);
            case Speech.Obfuscated:
                return (new Caller(new HexConnection(connection), Mode.Obfuscated, null, carried, connection, admitted), null);
            case Speech.Http when serveWeb is not null:
                return (null, await serveWeb(connection));
            case Speech.Http:
                await AnswerNotFoundAsync(connection);
                return (null, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, "HTTP, answered by 404"));
            default:
                return (null, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, $"begins with 0x{first:x2}, which is nothing we speak"));
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
