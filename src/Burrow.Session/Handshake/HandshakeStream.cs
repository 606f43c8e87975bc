using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>Messages over a connection. Reads exactly one message and not a byte more, because what follows the last one are link records.</summary>
sealed class HandshakeStream(Connection connection)
{
    // Fits every message we write and every one that a peer of version 1 may send.
    readonly byte[] _buffer = new byte[HandshakeMessage.HeaderLength + HandshakeMessage.MaxPayload];

    /// <summary>Why the last call did not work.</summary>
    public EndReason Failure { get; private set; } = EndReason.Completed;

    /// <summary>Sends one message.</summary>
    /// <returns>False when the connection was aborted; see <see cref="Failure"/>.</returns>
    public async ValueTask<bool> SendAsync(HandshakeMessage message)
    {
        var length = HandshakeCodec.Encode(message, _buffer);
        var sent = await connection.WriteAsync(_buffer.AsMemory(0, length));
        _buffer.AsSpan(0, length).Clear(); // BORN carries the resume key
        return sent || Fail(LostConnection());
    }

    /// <summary>Receives one message, or null; see <see cref="Failure"/>.</summary>
    public async ValueTask<HandshakeMessage?> ReceiveAsync()
    {
        if (!await FillAsync(_buffer.AsMemory(0, HandshakeMessage.HeaderLength))) return null;
        if (HandshakeCodec.DecodeHeader(_buffer, out var type, out var length) is { } malformed)
        {
            Failure = malformed;
            return null;
        }
        var payload = _buffer.AsMemory(0, length);
        if (!await FillAsync(payload)) return null;
        if (HandshakeCodec.Decode(type, payload.Span, out var message) is { } bad) Failure = bad;
        payload.Span.Clear();
        return message;
    }

    /// <summary>
    /// Ends a conversation whose last word is ours: half-closes, then reads on until the peer has closed, so that the kernel does not turn our last
    /// message into a reset because something unread was there. The connection's own deadline bounds the wait, its read bound the bytes.
    /// </summary>
    public async ValueTask FinishAsync()
    {
        if (!await connection.CompleteAsync()) return;
        for (var left = MaxLinger; left > 0;)
        {
            var count = await connection.ReadAsync(_buffer);
            if (count <= 0) return;
            left -= count;
        }
    }

    const int MaxLinger = 64 * 1024;

    async ValueTask<bool> FillAsync(Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = await connection.ReadAsync(buffer);
            if (count == Connection.EndOfStream)
                return Fail(new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Closed, "the other side closed during the handshake"));
            if (count < 0) return Fail(LostConnection());
            buffer = buffer[count..];
        }
        return true;
    }

    EndReason LostConnection() => connection.End ?? new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.Closed);

    bool Fail(EndReason reason)
    {
        Failure = reason;
        return false;
    }
}
