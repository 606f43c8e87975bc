using System.Globalization;
using System.Net;
using System.Text;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>What listentwo tells connecttwo of a client before the client's own bytes: one line of ASCII, <c>ADDRESS PORT</c> and a line feed, 64 bytes at most.</summary>
static class PairHello
{
    const int MostBytes = 64;

    // It is written in one go.
    static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(10);

    public static byte[] Of(EndPoint? client)
    {
        var known = EndPoints.Fold(client) as IPEndPoint ?? new IPEndPoint(IPAddress.Any, 0);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{known.Address} {known.Port}\n"));
    }

    /// <summary>Reads the line, and not a byte more: what follows is the client's. The first byte may take as long as it likes; when the rest does not follow, the connection is aborted.</summary>
    /// <returns>The client as a person writes it; an empty text when the connection ended before a byte came; null when it is no such line.</returns>
    public static async ValueTask<string?> ReadAsync(Connection connection, TimeProvider time)
    {
        var line = new byte[MostBytes];
        if (await connection.ReadAsync(line.AsMemory(0, 1)) <= 0) return "";
        await using var late = time.CreateTimer(
            static late => ((Connection)late!).Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.TimedOut, "half a line")), connection, RestPatience, Timeout.InfiniteTimeSpan);
        for (var length = 1; length < MostBytes; length++)
        {
            if (await connection.ReadAsync(line.AsMemory(length, 1)) <= 0) return null;
            if (line[length] == '\n') return Parse(Encoding.Latin1.GetString(line, 0, length));
        }
        return null;
    }

    /// <summary>Whether what came first is such a line, whatever follows it.</summary>
    public static bool Begins(ReadOnlySpan<byte> words)
    {
        var end = words[..Math.Min(words.Length, MostBytes)].IndexOf((byte)'\n');
        return end > 0 && Parse(Encoding.Latin1.GetString(words[..end])) is not null;
    }

    static string? Parse(string line) => line.Split(' ') is [var address, var port] && IPAddress.TryParse(address, out var known)
        && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? new IPEndPoint(known, number).ToString() : null;
}
