using System.Buffers.Binary;
using System.Security.Cryptography;
using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>Everything that both ends say in an attach, in the order in which it is authenticated (docs/protocol.md §3.2).</summary>
public readonly record struct AttachTranscript(
    Mode Mode, SessionId Session, ulong Epoch, Octets32 JackNonce, Octets32 JennyNonce, ulong JennyReceived, ulong JackReceived, ulong JackStart);

/// <summary>The two proofs of an attach: HMAC-SHA256 over the transcript, with keys that differ by role, so that neither end's proof can be sent back to it.</summary>
public static class AttachProof
{
    const int TranscriptLength = 15 + 1 + SessionId.Length + 8 + Octets32.Length + Octets32.Length + 8 + 8 + 8;

    /// <summary>What PROOF carries.</summary>
    public static Octets32 Jack(ReadOnlySpan<byte> resumeKey, in AttachTranscript transcript)
    {
        Span<byte> bytes = stackalloc byte[TranscriptLength];
        Write(transcript, bytes);
        return Compute("burrow 1 attach jack"u8, resumeKey, bytes);
    }

    /// <summary>What ATTACHED carries.</summary>
    public static Octets32 Jenny(ReadOnlySpan<byte> resumeKey, in AttachTranscript transcript, ulong jennyStart)
    {
        Span<byte> bytes = stackalloc byte[TranscriptLength + 8];
        Write(transcript, bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[TranscriptLength..], jennyStart);
        return Compute("burrow 1 attach jenny"u8, resumeKey, bytes);
    }

    static void Write(in AttachTranscript t, Span<byte> bytes)
    {
        "burrow 1 attach"u8.CopyTo(bytes);
        var at = 15;
        bytes[at++] = (byte)t.Mode;
        t.Session.Write(bytes[at..]);
        at += SessionId.Length;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[at..], t.Epoch);
        at += 8;
        t.JackNonce.Write(bytes[at..]);
        at += Octets32.Length;
        t.JennyNonce.Write(bytes[at..]);
        at += Octets32.Length;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[at..], t.JennyReceived);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(at + 8)..], t.JackReceived);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(at + 16)..], t.JackStart);
    }

    /// <summary>HMAC under <c>K(label)</c>: a key for one purpose, from the resume key.</summary>
    static Octets32 Compute(ReadOnlySpan<byte> label, ReadOnlySpan<byte> resumeKey, ReadOnlySpan<byte> transcript)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> code = stackalloc byte[Octets32.Length];
        HKDF.Expand(HashAlgorithmName.SHA256, resumeKey, key, label);
        HMACSHA256.HashData(key, transcript, code);
        CryptographicOperations.ZeroMemory(key);
        return new Octets32(code);
    }
}
