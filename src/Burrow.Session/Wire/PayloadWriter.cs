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

/// <summary>Reads the fields of a control payload. Throws <see cref="ProtocolException"/> when the payload is shorter than its table says.</summary>
ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    ReadOnlySpan<byte> _rest = payload;

    public byte U8() => Take(1)[0];

    public int U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(U8()));

    /// <summary>A payload that is longer than its table is as wrong as one that is shorter.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new ProtocolException($"{_rest.Length} bytes too many in a payload");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw new ProtocolException("a payload is too short");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
