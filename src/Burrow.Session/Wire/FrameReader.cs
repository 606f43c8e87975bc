namespace Burrow.Session.Wire;

/// <summary>What a session does with the frames of its peer's stream. Called by <see cref="FrameReader"/> on the reader's thread.</summary>
interface IFrameSink
{
    /// <summary>A whole control frame, verified.</summary>
    void OnControl(FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>The header of a DATA frame, verified, before its payload.</summary>
    void OnDataHeader(FrameHeader header);

    /// <summary>Some of a DATA frame's payload, as it arrives.</summary>
    void OnData(ulong channel, ReadOnlySpan<byte> bytes);
}

/// <summary>
/// Takes the peer's stream apart (docs/protocol.md §5), whatever the pieces in which it arrives. The payload of DATA is passed on in place, as it comes; headers and
/// control payloads, at most about 1 KiB, are gathered first.
/// </summary>
/// <remarks>
/// <see cref="Verified"/> is what may be acknowledged: a frame that is not whole (or a DATA header that is not) does not count, so that after a
/// wrong MAC, or a cut in the middle of a header, the peer sends it again from its first byte.
/// </remarks>
sealed class FrameReader(IFrameSink sink, StreamMac? mac)
{
    readonly byte[] _gathered = new byte[WireFormat.FrameHeaderLength + WireFormat.MaxControlPayload + WireFormat.MacLength];
    readonly int _macLength = mac is null ? 0 : WireFormat.MacLength;
    int _have;
    int _need = WireFormat.FrameHeaderLength;
    bool _headerKnown;
    FrameHeader _header;
    int _dataLeft;

    /// <summary>The offset up to which everything was processed.</summary>
    public ulong Verified { get; private set; }

    /// <summary>The offset of the next byte to be fed.</summary>
    public ulong Position => Verified + (ulong)_have;

    /// <summary>Takes the next bytes of the stream, starting at <see cref="Position"/>.</summary>
    /// <exception cref="ProtocolException">The bytes are not what the protocol allows.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_dataLeft > 0)
            {
                var count = Math.Min(_dataLeft, bytes.Length);
                sink.OnData(_header.Channel, bytes[..count]);
                _dataLeft -= count;
                Verified += (ulong)count;
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

    /// <summary>Forgets the frame that is not whole, so that the peer can send it again from <see cref="Verified"/>.</summary>
    public void Rewind()
    {
        _have = 0;
        _need = WireFormat.FrameHeaderLength;
        _headerKnown = false;
    }

    void Gathered()
    {
        if (!_headerKnown)
        {
            _header = FrameHeader.Read(_gathered);
            _headerKnown = true;
            if (_header.Type != FrameType.Data && _header.Length > WireFormat.MaxControlPayload)
                throw new ProtocolException($"a frame of type {(byte)_header.Type} with {_header.Length} bytes of payload", spoiled: true);
            _need += _macLength + (_header.Type == FrameType.Data ? 0 : _header.Length);
            if (_have < _need) return;
        }

        var header = _gathered.AsSpan(0, WireFormat.FrameHeaderLength);
        var payload = _gathered.AsSpan(WireFormat.FrameHeaderLength, _need - _macLength - WireFormat.FrameHeaderLength);
        if (mac is not null && !mac.VerifyFrame(Verified, header, payload, _gathered.AsSpan(_need - _macLength, _macLength)))
            throw new ProtocolException("a frame's MAC is wrong: somebody on the path spoils bytes, or the two ends disagree", spoiled: true);

        // The frame counts as processed before the sink acts on it: an acknowledgement that it triggers may already cover it.
        Verified += (ulong)_need;
        Rewind();
        if (_header.Type == FrameType.Data)
        {
            sink.OnDataHeader(_header);
            _dataLeft = _header.Length;
        }
        else
        {
            sink.OnControl(_header, payload);
        }
    }
}
