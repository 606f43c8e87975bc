using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Burrow.Session.Wire;

/// <summary>
/// The MACs of the modes without TLS (docs/protocol.md §4 and §5), for one direction: the first half of HMAC-SHA256 under that direction's key.
/// One keyed context is kept and reset for each MAC, which costs about half of a fresh one. Not thread-safe: the writer owns one, the reader another.
/// </summary>
sealed class StreamMac : IDisposable
{
    readonly IncrementalHash _hmac;
    readonly byte[] _prefix = new byte[17];
    readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];

    StreamMac(ReadOnlySpan<byte> key) => _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    /// <summary>The MAC of what <paramref name="jack"/> (or Jenny) sends in the session with that resume key.</summary>
    public static StreamMac ForSender(ReadOnlySpan<byte> resumeKey, bool jack)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, resumeKey, key, jack ? "burrow 1 data jack"u8 : "burrow 1 data jenny"u8);
        return new StreamMac(key);
    }

    public void Frame(ulong offset, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        _prefix[0] = (byte)'F';
        BinaryPrimitives.WriteUInt64BigEndian(_prefix.AsSpan(1), offset);
        Finish(_prefix.AsSpan(0, 9), header, payload, mac);
    }

    public void Record(ulong epoch, ulong number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        _prefix[0] = (byte)'R';
        BinaryPrimitives.WriteUInt64BigEndian(_prefix.AsSpan(1), epoch);
        BinaryPrimitives.WriteUInt64BigEndian(_prefix.AsSpan(9), number);
        Finish(_prefix, header, payload, mac);
    }

    public bool VerifyFrame(ulong offset, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[WireFormat.MacLength];
        Frame(offset, header, payload, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    public bool VerifyRecord(ulong epoch, ulong number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[WireFormat.MacLength];
        Record(epoch, number, header, payload, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    public void Dispose() => _hmac.Dispose();

    void Finish(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        _hmac.AppendData(prefix);
        _hmac.AppendData(header);
        if (!payload.IsEmpty) _hmac.AppendData(payload);
        _hmac.GetHashAndReset(_digest);
        _digest.AsSpan(0, WireFormat.MacLength).CopyTo(mac);
    }
}
