using System.Buffers.Binary;
using System.Text;

namespace Burrow.Session.Wire;

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
