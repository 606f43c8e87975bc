using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>What a handshake needs to know of a session. Implemented by <see cref="Session"/>; thread-safe.</summary>
public interface IAttachable
{
    SessionId Id { get; }

    Mode Mode { get; }

    /// <summary>The 32 bytes that were agreed at birth. Never logged.</summary>
    ReadOnlyMemory<byte> ResumeKey { get; }

    /// <summary>The highest epoch that was proved so far.</summary>
    ulong Epoch { get; }

    /// <summary>The offset up to which the peer's stream has arrived.</summary>
    ulong Received { get; }

    /// <summary>Whether the peer may claim to have received up to that offset: not below what it acknowledged, not beyond what was sent.</summary>
    bool IsPlausibleReceived(ulong offset);

    /// <summary>Takes an epoch after its proof was verified. False when another attach took the same or a higher one meanwhile.</summary>
    bool TryTakeEpoch(ulong epoch);
}
