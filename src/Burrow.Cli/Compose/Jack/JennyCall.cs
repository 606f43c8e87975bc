using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>One call to Jenny: a carrier is opened and a handshake said on it.</summary>
/// <param name="Door">The carrier, if there is one and it is to be used; otherwise why there is none, or by which way it came to nothing.</param>
/// <param name="Said">What the handshake came to; the default when no carrier was found.</param>
readonly record struct JennyCall<T>(DoorResult Door, T Said)
{
    /// <summary>Whether Jenny, or whoever is in her place, could be spoken to.</summary>
    public bool Connected => Door.Failure is null;
}

/// <summary>Makes calls.</summary>
static class JennyCall
{
    // A handshake is two round trips; a path that died again must not hold up the next attempt for long.
    static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Opens a carrier and speaks; the carrier is disposed of unless it goes on.</summary>
    /// <param name="jack">Whose doors.</param>
    /// <param name="mode">Of the carrier.</param>
    /// <param name="pressing">See <see cref="IJennyDoor.OpenAsync"/>.</param>
    /// <param name="say">What is said.</param>
    /// <param name="goesOn">Whether the carrier carries the session now.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="better">See <see cref="IJennyDoor.OpenAsync"/>.</param>
    public static async Task<JennyCall<T>> MakeAsync<T>(
        JackContext jack, Mode mode, bool pressing, Func<JackHandshake, ValueTask<T>> say, Func<T, bool> goesOn, CancellationToken stop, int better = int.MaxValue)
        where T : struct
    {
        var door = await jack.Door.OpenAsync(mode, pressing, stop, better);
        if (door.Connection is not { } carrier) return new(door, default);
        var said = await say(new JackHandshake(carrier, door.Trust, HandshakeDeadline, jack.Time));
        if (goesOn(said)) return new(door, said);
        await carrier.DisposeAsync();
        return new(door with { Connection = null }, said);
    }
}
