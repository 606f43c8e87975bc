using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>What is known of the other end before the first message.</summary>
public enum CarrierTrust
{
    /// <summary>Nothing: it may attach with a proof, and what it refuses is a hint.</summary>
    None,

    /// <summary>TLS between pinned ends: begins with a VERDICT; sessions may be born and refusals are final.</summary>
    Tls,

    /// <summary>The carrier itself is authenticated (a unix socket of our own user, ssh): as TLS, without a VERDICT.</summary>
    Carrier,
}

/// <summary>What Jenny knows of a caller before she reads its first message.</summary>
/// <param name="Mode">The mode in which it speaks. On an authenticated carrier without TLS that is plaintext.</param>
/// <param name="Trust">What stands behind the carrier.</param>
/// <param name="Credential">The name of the credential under which it comes; null without <paramref name="Trust"/>.</param>
/// <param name="Refusal">Why it is refused at once (its credential), or null.</param>
/// <param name="Remote">Its address, for logs.</param>
public sealed record CallerContext(Mode Mode, CarrierTrust Trust, string? Credential = null, EndReason? Refusal = null, string? Remote = null)
{
    /// <summary>Whether a session of that mode can use this carrier. An authenticated carrier is as good as TLS (docs/protocol.md §3.1).</summary>
    public bool Carries(Mode mode) => mode == Mode || (Trust == CarrierTrust.Carrier && mode == Mode.Encrypted);
}
