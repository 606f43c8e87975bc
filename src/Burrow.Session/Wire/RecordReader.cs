namespace Burrow.Session.Wire;

/// <summary>What a link does with the records that arrive on its carrier.</summary>
interface IRecordSink
{
    /// <summary>Some of a STREAM record's payload, as it arrives.</summary>
    void OnStream(ReadOnlySpan<byte> bytes);

    /// <summary>A whole record of another kind, verified.</summary>
    void OnRecord(RecordType type, ReadOnlySpan<byte> payload);
}

/// <summary>Takes a carrier's bytes apart into records (docs/protocol.md §4). One for each link; the payload of STREAM is passed on in place.</summary>
sealed class RecordReader(IRecordSink sink, StreamMac? mac, ulong epoch)
{
    readonly byte[] _gathered = new byte[WireFormat.RecordHeaderLength + WireFormat.MaxControlPayload + WireFormat.MacLength];
    readonly int _macLength = mac is null ? 0 : WireFormat.MacLength;
    int _have;
    int _need = WireFormat.RecordHeaderLength;
    int _streamLeft;
    ulong _number;

    /// <exception cref="ProtocolException">The bytes are not what the protocol allows.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_streamLeft > 0)
            {
                var count = Math.Min(_streamLeft, bytes.Length);
                sink.OnStream(bytes[..count]);
                _streamLeft -= count;
                bytes = bytes[count..];
                continue;
            }

            var take = Math.Min(_need - _have, bytes.Length);
            bytes[..take].CopyTo(_gathered.AsSpan(_have));
            _have += take;
            bytes = bytes[take..];
            if (_have == _need) Gathered();
        }
    }

    void Gathered()
    {
        var header = RecordHeader.Read(_gathered);
        if (_need == WireFormat.RecordHeaderLength)
        {
            if (header.Type == RecordType.Stream)
            {
                if (header.Length == 0) throw new ProtocolException("an empty STREAM record", spoiled: true);
                _streamLeft = header.Length;
                _have = 0;
                return;
            }

            if (header.Length > WireFormat.MaxControlPayload)
                throw new ProtocolException($"a record of type {(byte)header.Type} with {header.Length} bytes", spoiled: true);
            _need += header.Length + _macLength;
            if (_have < _need) return;
        }

        var payload = _gathered.AsSpan(WireFormat.RecordHeaderLength, header.Length);
        if (mac is not null && !mac.VerifyRecord(epoch, _number++, _gathered.AsSpan(0, WireFormat.RecordHeaderLength), payload, _gathered.AsSpan(_need - _macLength, _macLength)))
            throw new ProtocolException("a record's MAC is wrong: somebody on the path spoils bytes, or the two ends disagree", spoiled: true);
        _have = 0;
        _need = WireFormat.RecordHeaderLength;
        if (header.Type is RecordType.Ack or RecordType.Ping or RecordType.Pong or RecordType.End)
            sink.OnRecord(header.Type, payload);
        else if ((byte)header.Type < WireFormat.FirstIgnorable)
            throw new ProtocolException($"an unknown record of type {(byte)header.Type}");
    }
}
