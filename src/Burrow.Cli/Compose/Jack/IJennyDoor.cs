using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>The ways to Jenny: dials a carrier and puts a mode around it. Thread-safe.</summary>
interface IJennyDoor
{
    /// <summary>Opens one carrier.</summary>
    /// <param name="mode">Encrypted for births and queries, else the session's.</param>
    /// <param name="pressing">The path may be back any moment: try again and again within this attempt.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="better">Only ways that are better than this one.</param>
    ValueTask<DoorResult> OpenAsync(Mode mode, bool pressing, CancellationToken stop, int better = int.MaxValue);

    /// <summary>A carrier of that way carries the session.</summary>
    void Worked(int way);

    /// <summary>A carrier of that way was lost after so long.</summary>
    void Lost(int way, TimeSpan after);

    /// <summary>The network is another one: what was learnt of the ways counts no more.</summary>
    void Forget();

    /// <summary>A carrier of that way was up, and then the handshake with Jenny came to nothing.</summary>
    void LedNowhere(int way);

    /// <summary>For logs and status.</summary>
    string Name { get; }

    /// <summary>One way's own name.</summary>
    string NameOf(int way);
}

/// <summary>A carrier in its mode, or why there is none.</summary>
/// <param name="Connection">Owned by the caller; null on failure.</param>
/// <param name="Trust">What stands behind it.</param>
/// <param name="Kind">The carrier's kind, such as <c>tcp</c>.</param>
/// <param name="Failure">Null on success; of several ways, the best one's that says something of the way rather than of us.</param>
/// <param name="Way">By which way; 0 is the best.</param>
/// <param name="Others">Failures of other ways that were tried with it; null: none.</param>
readonly record struct DoorResult(Connection? Connection, CarrierTrust Trust, string Kind, EndReason? Failure, int Way = 0, IReadOnlyList<DoorResult>? Others = null);
