using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>The way to Jenny: dials a carrier and puts a mode around it.</summary>
interface IJennyDoor
{
    /// <summary>Opens one carrier.</summary>
    /// <param name="mode">Encrypted for births and queries, else the session's.</param>
    /// <param name="pressing">The path may be back any moment: try again and again within this attempt.</param>
    /// <param name="stop">Gives up.</param>
    ValueTask<DoorResult> OpenAsync(Mode mode, bool pressing, CancellationToken stop);

    /// <summary>For logs and status.</summary>
    string Name { get; }
}

/// <summary>A carrier in its mode, or why there is none.</summary>
/// <param name="Connection">Owned by the caller; null on failure.</param>
/// <param name="Trust">What stands behind it.</param>
/// <param name="Kind">The carrier's kind, such as <c>tcp</c>.</param>
/// <param name="Failure">Null on success.</param>
readonly record struct DoorResult(Connection? Connection, CarrierTrust Trust, string Kind, EndReason? Failure);
