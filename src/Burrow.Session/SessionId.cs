using System.Security.Cryptography;

namespace Burrow.Session;

/// <summary>Names a session: 16 random bytes, chosen by Jenny at birth (docs/protocol.md §3.1). No secret: the resume key is.</summary>
/// <param name="High">The first eight bytes, big-endian.</param>
/// <param name="Low">The last eight bytes, big-endian.</param>
public readonly record struct SessionId(ulong High, ulong Low)
{
    public const int Length = 16;

    /// <summary>A new random id.</summary>
    public static SessionId Create()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        return Read(bytes);
    }

    public static SessionId Read(ReadOnlySpan<byte> bytes) => new(
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes),
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>The first 8 hex digits: enough for a log line.</summary>
    public override string ToString() => (High >> 32).ToString("x8");
}
