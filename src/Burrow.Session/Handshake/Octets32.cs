using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Burrow.Session.Handshake;

/// <summary>Thirty-two bytes by value: a nonce, a proof or a resume key. Never printed, because a resume key is a secret.</summary>
public readonly struct Octets32 : IEquatable<Octets32>
{
    public const int Length = 32;

    readonly ulong _a, _b, _c, _d;

    /// <summary>Takes the first 32 bytes.</summary>
    public Octets32(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>New random bytes from the system's generator.</summary>
    public static Octets32 Create()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        return new Octets32(bytes);
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(bytes);
        return bytes;
    }

    /// <summary>Compares in a time that does not depend on where the two differ: proofs are compared with it.</summary>
    public bool Equals(Octets32 other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    public override bool Equals(object? obj) => obj is Octets32 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_a, _d);

    public override string ToString() => "(32 bytes)";

    public static bool operator ==(Octets32 left, Octets32 right) => left.Equals(right);

    public static bool operator !=(Octets32 left, Octets32 right) => !left.Equals(right);
}
