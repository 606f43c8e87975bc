using System.Buffers.Binary;

namespace Burrow.Carriers.Http.Cycles;

/// <summary>What Jenny answers to a cycle's request (docs/protocol.md §8.3). Whatever else comes instead of it is a proxy's.</summary>
/// <remarks>
/// <code>
/// "BRW1" · flags u8 · received u64 · limit u64 · offset u64 · length u32 · bytes        flags: 1 the stream ends behind the bytes, 2 the carrier is over
/// </code>
/// </remarks>
/// <param name="Received">The offset up to which she has Jack's stream.</param>
/// <param name="Limit">The offset up to which he may send.</param>
/// <param name="First">The offset of the first of the bytes.</param>
readonly record struct CycleAnswer(long Received, long Limit, long First, ReadOnlyMemory<byte> Bytes, bool Fin, bool Over)
{
    public const int HeaderLength = 33;

    const byte FinFlag = 1;
    const byte OverFlag = 2;

    static ReadOnlySpan<byte> Magic => "BRW1"u8;

    /// <summary>Reads one that is whole: a page of a proxy's, and one that was cut, is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, out CycleAnswer answer)
    {
        answer = default;
        var bytes = body.Span;
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Magic)) return false;
        var received = BinaryPrimitives.ReadInt64BigEndian(bytes[5..]);
        var limit = BinaryPrimitives.ReadInt64BigEndian(bytes[13..]);
        var first = BinaryPrimitives.ReadInt64BigEndian(bytes[21..]);
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[29..]);
        if (received < 0 || limit < 0 || first < 0 || length != bytes.Length - HeaderLength) return false;
        answer = new CycleAnswer(received, limit, first, body[HeaderLength..], (bytes[4] & FinFlag) != 0, (bytes[4] & OverFlag) != 0);
        return true;
    }

    /// <summary>Writes the header; the bytes follow it.</summary>
    public void WriteHeader(Span<byte> target)
    {
        Magic.CopyTo(target);
        target[4] = (byte)((Fin ? FinFlag : 0) | (Over ? OverFlag : 0));
        BinaryPrimitives.WriteInt64BigEndian(target[5..], Received);
        BinaryPrimitives.WriteInt64BigEndian(target[13..], Limit);
        BinaryPrimitives.WriteInt64BigEndian(target[21..], First);
        BinaryPrimitives.WriteUInt32BigEndian(target[29..], (uint)Bytes.Length);
    }
}
