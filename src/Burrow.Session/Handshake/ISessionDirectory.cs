using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>Jenny's sessions, as her handshakes see them. Thread-safe: handshakes run side by side.</summary>
public interface ISessionDirectory
{
    /// <summary>Decides about a birth and makes the session. Ends what the birth supersedes (docs/protocol.md §3.1).</summary>
    BirthDecision Birth(BirthRequest request);

    /// <summary>The session of that id, or null: unknown, over, or born under another credential.</summary>
    /// <param name="id">As the caller sent it.</param>
    /// <param name="credential">The caller's credential; null when the caller is not authenticated yet, and then any session may be found: the proof decides.</param>
    IAttachable? Find(SessionId id, string? credential);
}

/// <summary>A birth that is asked for, by a caller who is authenticated.</summary>
/// <param name="Message">What Jack sent.</param>
/// <param name="Credential">Under which he came.</param>
/// <param name="Remote">His address, for logs.</param>
public sealed record BirthRequest(Birth Message, string? Credential, string? Remote);

/// <summary>The directory's answer to a birth.</summary>
public abstract record BirthDecision
{
    private BirthDecision() { }

    /// <summary>The session exists.</summary>
    /// <param name="Session">With its id and resume key.</param>
    /// <param name="WantedModes">Bit <c>1 &lt;&lt; mode</c> for every mode in which Jenny's own maps need a session.</param>
    public sealed record Granted(IAttachable Session, byte WantedModes) : BirthDecision;

    /// <summary>It does not: superseded, busy, denied.</summary>
    public sealed record Refused(EndReason Reason) : BirthDecision;
}
