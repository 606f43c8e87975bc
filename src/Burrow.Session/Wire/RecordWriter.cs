using System.Buffers.Binary;

namespace Burrow.Session.Wire;

/// <summary>Writes the records other than STREAM, with their MACs. One for each link; the writer's thread only.</summary>
sealed class RecordWriter(StreamMac? mac, ulong epoch)
{
    ulong _number;

    /// <returns>How many bytes were written.</returns>
    public int Ack(Span<byte> destination, ulong received, ulong limit)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[WireFormat.RecordHeaderLength..], received);
        BinaryPrimitives.WriteUInt64BigEndian(destination[(WireFormat.RecordHeaderLength + 8)..], limit);
        return Finish(destination, RecordType.Ack, 16);
    }

    /// <returns>How many bytes were written.</returns>
    public int Token(Span<byte> destination, RecordType type, ulong token)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[WireFormat.RecordHeaderLength..], token);
        return Finish(destination, type, 8);
    }

    /// <returns>How many bytes were written.</returns>
    public int End(Span<byte> destination, int code, string? text)
    {
        var payload = new PayloadWriter(destination[WireFormat.RecordHeaderLength..]);
        payload.U16(code);
        payload.Text(text);
        return Finish(destination, RecordType.End, payload.Length);
    }

    int Finish(Span<byte> destination, RecordType type, int length)
    {
        new RecordHeader(type, length).Write(destination);
        var end = WireFormat.RecordHeaderLength + length;
        if (mac is null) return end;
        mac.Record(epoch, _number++, destination[..WireFormat.RecordHeaderLength], destination[WireFormat.RecordHeaderLength..end], destination.Slice(end, WireFormat.MacLength));
        return end + WireFormat.MacLength;
    }
}
