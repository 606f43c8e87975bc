using System.Buffers.Binary;

namespace Burrow.Session.Wire;

/// <summary>The constants of docs/protocol.md §4–§6. Tuning lives elsewhere (<see cref="SessionTuning"/>).</summary>
static class WireFormat
{
    public const int RecordHeaderLength = 4;
    public const int FrameHeaderLength = 8;
    public const int MacLength = 16;

    /// <summary>The largest payload of a record other than STREAM and of a frame other than DATA.</summary>
    public const int MaxControlPayload = 1024;

    /// <summary>The largest payload of a DATA frame (its length is a u20).</summary>
    public const int MaxData = (1 << LengthBits) - 1;

    /// <summary>What an opener may send before OPENED (§6).</summary>
    public const ulong EarlyCredit = 8 * 1024;

    /// <summary>The session limit before the first ACK (§4).</summary>
    public const ulong InitialLimit = 1024 * 1024;

    /// <summary>The greatest channel number, a u36.</summary>
    public const ulong MaxChannel = (1UL << ChannelBits) - 1;

    /// <summary>A frame's header is one number of 64 bits: type (8), length, channel.</summary>
    public const int LengthBits = 20;
    public const int ChannelBits = 36;

    /// <summary>Types from here on are ignored when unknown.</summary>
    public const byte FirstIgnorable = 128;
}

/// <summary>Record types (docs/protocol.md §4).</summary>
enum RecordType : byte
{
    Stream = 1,
    Ack = 2,
    Ping = 3,
    Pong = 4,
    End = 5,
}

/// <summary>Frame types (docs/protocol.md §5).</summary>
enum FrameType : byte
{
    None = 0,
    Open = 1,
    Opened = 2,
    Data = 3,
    Fin = 4,
    Reset = 5,
    Credit = 6,
    Listen = 16,
    Listening = 17,
    NotListening = 18,
    Unlisten = 19,
}

/// <summary>
/// The header of a frame, one big-endian u64 (docs/protocol.md §5):
/// <code>
///  63   56 55      36 35            0
/// +-------+----------+---------------+
/// | type  | length   | channel       |
/// +-------+----------+---------------+
/// </code>
/// </summary>
readonly record struct FrameHeader(FrameType Type, int Length, ulong Channel)
{
    public void Write(Span<byte> bytes) =>
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)Type << 56) | ((ulong)Length << WireFormat.ChannelBits) | Channel);

    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return new((FrameType)(value >> 56), (int)(value >> WireFormat.ChannelBits) & WireFormat.MaxData, value & WireFormat.MaxChannel);
    }
}

/// <summary>
/// The header of a record (docs/protocol.md §4):
/// <code>
///  0      1             4
/// +------+-------------+
/// | type | length (u24)|
/// +------+-------------+
/// </code>
/// </summary>
readonly record struct RecordHeader(RecordType Type, int Length)
{
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)Type << 24) | (uint)Length);

    public static RecordHeader Read(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return new((RecordType)(value >> 24), (int)(value & 0xFFFFFF));
    }
}
