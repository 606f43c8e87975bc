using System.Buffers.Binary;
using System.Text;

namespace Burrow.Session.Wire;

/// <summary>Writes the fields of a control payload in the order of its table. The caller has checked that there is room for <see cref="WireFormat.MaxControlPayload"/>.</summary>
ref struct PayloadWriter(Span<byte> buffer)
{
    readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public void U8(byte value) => _buffer[Length++] = value;

    public void U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[Length..], (ushort)value);
        Length += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Length..], value);
        Length += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer[Length..], value);
        Length += 8;
    }

    /// <summary>A text: u8 length and UTF-8. Longer ones are cut at a character, for they are only ever names and explanations.</summary>
    public void Text(string? value)
    {
        var room = _buffer.Slice(Length + 1, Math.Min(byte.MaxValue, _buffer.Length - Length - 1));
        Encoding.UTF8.GetEncoder().Convert(value, room, flush: true, out _, out var written, out _);
        _buffer[Length] = (byte)written;
        Length += 1 + written;
    }
}
