namespace Burrow.Core;

/// <summary>What was being done when something ended.</summary>
public enum EndPhase
{
    Configure,
    Listen,
    Accept,
    Resolve,
    Dial,
    Handshake,
    Attach,
    Relay,
    Close,
}

/// <summary>Who ended it.</summary>
public enum EndSide
{
    /// <summary>This process.</summary>
    Local,

    /// <summary>The program at the other end of the connection.</summary>
    Peer,

    /// <summary>Something in between, or nobody: silence, an unreachable network.</summary>
    Path,

    /// <summary>The other end of the tunnel told us so.</summary>
    Far,
}

/// <summary>Why it ended. The numbers travel on the wire (docs/protocol.md, "Codes") and never change their meaning.</summary>
public enum EndCause : ushort
{
    Completed = 0,
    Refused = 1,
    TimedOut = 2,
    Unreachable = 3,
    UnknownHost = 4,
    Denied = 5,
    Reset = 6,
    Closed = 7,
    Silent = 8,
    Protocol = 9,
    Busy = 10,
    Limit = 11,
    AddressInUse = 12,
    AddressNotAvailable = 13,
    UnknownSession = 14,
    StaleEpoch = 15,
    BadProof = 16,
    Version = 17,
    Credential = 18,
    Superseded = 19,
    Stopped = 20,
    Expired = 21,
    Failed = 22,
}

/// <summary>
/// Why something ended: phase × side × cause. It feeds the log line, the metric's tag, the wire's code and the exit code, so that all of them agree.
/// </summary>
/// <param name="Phase">What was being done.</param>
/// <param name="Side">Who ended it.</param>
/// <param name="Cause">Why.</param>
/// <param name="Detail">What a person wants to know besides: an address, a limit, the system's message. Never a secret.</param>
public sealed record EndReason(EndPhase Phase, EndSide Side, EndCause Cause, string? Detail = null)
{
    /// <summary>Both directions ended in order.</summary>
    public static readonly EndReason Completed = new(EndPhase.Close, EndSide.Local, EndCause.Completed);

    /// <summary>This process is stopping.</summary>
    public static readonly EndReason Stopped = new(EndPhase.Close, EndSide.Local, EndCause.Stopped);

    /// <summary>Whether the same attempt may succeed later without anybody changing anything.</summary>
    public bool RetryHelps => Cause is not (EndCause.Denied or EndCause.BadProof or EndCause.Version or EndCause.Credential
        or EndCause.UnknownSession or EndCause.Superseded or EndCause.Stopped or EndCause.Expired or EndCause.Completed);

    /// <summary>One phrase for logs, such as <c>dial: refused by peer (10.0.0.1:22)</c>.</summary>
    public override string ToString() => Detail is null ? $"{PhaseText}: {CauseText}" : $"{PhaseText}: {CauseText} ({Detail})";

    string PhaseText => Phase.ToString().ToLowerInvariant();

    string CauseText => Cause switch
    {
        EndCause.Completed => "done",
        EndCause.Refused => "connection refused",
        EndCause.TimedOut => "timed out",
        EndCause.Unreachable => "unreachable",
        EndCause.UnknownHost => "unknown host",
        EndCause.Denied => Side == EndSide.Local ? "not permitted here" : "not permitted by the other side",
        EndCause.Reset => Side == EndSide.Local ? "reset by us" : "reset",
        EndCause.Closed => "closed",
        EndCause.Silent => "silent",
        EndCause.Protocol => "protocol error",
        EndCause.Busy => "busy",
        EndCause.Limit => "limit reached",
        EndCause.AddressInUse => "address in use",
        EndCause.AddressNotAvailable => "address not available on that machine",
        EndCause.UnknownSession => "unknown session",
        EndCause.StaleEpoch => "stale epoch",
        EndCause.BadProof => "bad proof",
        EndCause.Version => "version not understood",
        EndCause.Credential => "credential refused",
        EndCause.Superseded => "superseded by a newer run",
        EndCause.Stopped => "stopped",
        EndCause.Expired => "expired",
        _ => "failed",
    };
}
