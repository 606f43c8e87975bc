using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>The types of docs/protocol.md §3.</summary>
public enum HandshakeType : byte
{
    Verdict = 1,
    Birth = 2,
    Born = 3,
    Attach = 4,
    Challenge = 5,
    Proof = 6,
    Attached = 7,
    Refused = 8,
    Query = 9,
    Answer = 10,
    Measure = 11,
}

/// <summary>One message of the handshake (docs/protocol.md §3). The set is closed: <see cref="HandshakeCodec"/> knows each.</summary>
public abstract record HandshakeMessage
{
    private protected HandshakeMessage() { }

    /// <summary>The first byte of every message: version 1.</summary>
    public const byte Version = 0x81;

    /// <summary>Version, type and length.</summary>
    public const int HeaderLength = 4;

    /// <summary>The longest payload that a hearer accepts; it bounds what an unproved caller can make us hold.</summary>
    public const int MaxPayload = 4096;

    /// <summary>The longest <em>text</em>, in UTF-8 bytes.</summary>
    public const int MaxText = 255;

    public abstract HandshakeType Type { get; }
}

/// <summary>What Jenny thinks of the caller's certificate, before she reads anything. <see cref="EndCause.Completed"/> is a welcome.</summary>
public sealed record Verdict(EndCause Code, string Text) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Verdict;
}

/// <summary>Jack asks for a session.</summary>
/// <param name="Instance">Names Jack's configuration on his machine: 16 bytes.</param>
/// <param name="Run">Grows with every start of that instance.</param>
/// <param name="Mode">The mode of the session to be born.</param>
/// <param name="Path">Tells several sessions of one mode apart.</param>
/// <param name="Name">For logs; at most 255 bytes of UTF-8.</param>
public sealed record Birth(UInt128 Instance, ulong Run, Mode Mode, byte Path, string Name) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Birth;
}

/// <summary>The session and the key that proves it from now on.</summary>
/// <param name="Session">Chosen by Jenny.</param>
/// <param name="ResumeKey">Chosen by Jenny, secret.</param>
/// <param name="WantedModes">Bit <c>1 &lt;&lt; mode</c> for every mode in which Jenny's own maps need a session.</param>
public sealed record Born(SessionId Session, Octets32 ResumeKey, byte WantedModes) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Born;
}

/// <summary>Jack says which session this carrier is for.</summary>
public sealed record Attach(Mode Mode, SessionId Session, ulong Epoch, Octets32 Nonce) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Attach;
}

/// <summary>Jenny's nonce, and the offset up to which she has Jack's stream.</summary>
public sealed record Challenge(Octets32 Nonce, ulong Received) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Challenge;
}

/// <summary>Jack's proof, the offset up to which he has Jenny's stream, and the one from which his own goes on.</summary>
public sealed record Proof(ulong Received, ulong Start, Octets32 Code) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Proof;
}

/// <summary>Jenny's proof, and the offset from which her stream goes on.</summary>
public sealed record Attached(ulong Start, Octets32 Code) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Attached;
}

/// <summary>Jenny refuses. Only final inside TLS from the pinned Jenny (docs/protocol.md §3.3).</summary>
/// <param name="Code">Why.</param>
/// <param name="Epoch">With <see cref="EndCause.StaleEpoch"/>, the epoch that would have to be exceeded; else 0.</param>
/// <param name="Text">For a person.</param>
public sealed record Refused(EndCause Code, ulong Epoch, string Text) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Refused;
}

/// <summary>Jack asks whether a session is still known.</summary>
public sealed record Query(SessionId Session) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Query;
}

/// <summary><see cref="EndCause.Completed"/>: known. <see cref="EndCause.UnknownSession"/>: not.</summary>
public sealed record Answer(EndCause Code) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Answer;
}

/// <summary>Jack measures a carrier (docs/protocol.md §3.4): so many bytes are to go up, and so many to come down. Both are bounded by <see cref="Measurement.MostBytes"/>.</summary>
public sealed record Measure(uint Up, uint Down) : HandshakeMessage
{
    public override HandshakeType Type => HandshakeType.Measure;
}
