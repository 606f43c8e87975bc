using System.Security.Cryptography;
using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>What a carrier was found to carry.</summary>
/// <param name="Up">From Jack's first byte until he heard that Jenny has the last.</param>
/// <param name="Down">From then until Jack had her last byte.</param>
/// <param name="Failure">Why nothing was found; null on success.</param>
public readonly record struct MeasureResult(TimeSpan Up, TimeSpan Down, HandshakeFailure? Failure);

/// <summary>The bytes of a measurement (docs/protocol.md §3.4), which mean nothing.</summary>
public static class Measurement
{
    /// <summary>In each direction: a second of a gigabit's half.</summary>
    public const uint MostBytes = 64 << 20;

    const int Piece = 64 * 1024;

    /// <summary>Jenny's part, after MEASURE from somebody whom she knows. The caller bounds its time, and closes the connection afterwards.</summary>
    public static async ValueTask AnswerAsync(Connection connection, Measure asked)
    {
        var stream = new HandshakeStream(connection);
        // Not before: of somebody who is not admitted yet, few bytes are read.
        if (!await stream.SendAsync(new Answer(EndCause.Completed)) || !await ReceiveAsync(connection, asked.Up) || !await stream.SendAsync(new Answer(EndCause.Completed)) || !await SendAsync(connection, asked.Down)) return;
        await stream.FinishAsync();
    }

    /// <returns>False when the connection ended before.</returns>
    internal static async ValueTask<bool> SendAsync(Connection connection, uint count)
    {
        // Whatever looks into it finds nothing to make smaller.
        var piece = RandomNumberGenerator.GetBytes(Piece);
        for (var left = count; left > 0;)
        {
            var now = (int)Math.Min(left, Piece);
            if (!await connection.WriteAsync(piece.AsMemory(0, now))) return false;
            left -= (uint)now;
        }
        return true;
    }

    /// <inheritdoc cref="SendAsync"/>
    internal static async ValueTask<bool> ReceiveAsync(Connection connection, uint count)
    {
        var piece = new byte[Piece];
        for (var left = count; left > 0;)
        {
            var got = await connection.ReadAsync(piece.AsMemory(0, (int)Math.Min(left, Piece)));
            if (got <= 0) return false;
            left -= (uint)got;
        }
        return true;
    }
}
