using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>
/// What a handshake runs on: the caller's turn is taken when bytes have come and given back when more are waited for. So what lies between two waits, which is the
/// computing, is what turns are about. After <see cref="Finish"/> it only passes on.
/// </summary>
sealed class TurnConnection(Connection inner, HandshakeTurn turn) : WrappingConnection(inner)
{
    volatile bool _finished;

    /// <summary>The handshake is over, one way or the other. Called between reads.</summary>
    public void Finish()
    {
        _finished = true;
        turn.Give();
    }

    public override ValueTask WaitReadableAsync()
    {
        if (!_finished) turn.Give();
        return base.WaitReadableAsync();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => _finished ? base.ReadAsync(buffer) : ReadInTurnAsync(buffer);

    async ValueTask<int> ReadInTurnAsync(Memory<byte> buffer)
    {
        while (true)
        {
            turn.Give();
            await Inner.WaitReadableAsync();
            await turn.TakeAsync();
            var count = TryRead(buffer.Span);
            if (count != WouldBlock) return count;
        }
    }

    // An answer of a handshake fits into the socket's buffer; a caller who makes even that wait must not keep the turn meanwhile.
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var written = base.WriteAsync(buffer);
        if (!_finished && !written.IsCompleted) turn.Give();
        return written;
    }
}
