using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>What a handshake needs to know of a session. Implemented by <see cref="Session"/>; thread-safe.</summary>
public interface IAttachable
{
    SessionId Id { get; }

    Mode Mode { get; }

    /// <summary>The 32 bytes that were agreed at birth. Never logged.</summary>
    ReadOnlyMemory<byte> ResumeKey { get; }

    /// <summary>The highest epoch that was taken so far.</summary>
    ulong Epoch { get; }

    /// <summary>The offset up to which the peer's stream has arrived. It may grow while an older carrier lives.</summary>
    ulong Received { get; }

    /// <summary>
    /// Takes an epoch: the older link, if any, no longer counts from here on, so that the returned offsets stay true. Jack takes it before he sends
    /// PROOF, Jenny after she has verified it (docs/protocol.md §3.2).
    /// </summary>
    /// <param name="epoch">Must be greater than every epoch taken before.</param>
    /// <param name="peerReceived">The offset that the peer says it has received.</param>
    TakeResult TryTakeEpoch(ulong epoch, ulong peerReceived);
}

/// <summary>The outcome of <see cref="IAttachable.TryTakeEpoch"/>.</summary>
/// <param name="Refusal">Null when the epoch was taken; else why not: stale epoch, protocol (the peer claims more than was sent), or the reason for which the session has ended.</param>
/// <param name="Start">Where our stream goes on.</param>
/// <param name="Received">What we have received, by now.</param>
public readonly record struct TakeResult(EndReason? Refusal, ulong Start, ulong Received);
