using System.Buffers.Binary;
using System.Text;
using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>
/// Bytes to <see cref="HandshakeMessage"/> and back (docs/protocol.md §3). Whatever a stranger sends, decoding answers with a message or with the reason
/// why it is none; it never throws and allocates nothing but the message.
/// </summary>
/// <remarks>
/// <code>
/// version 0x81 · type u8 · length u16 · payload (length bytes, exactly the fields of its type)
/// </code>
/// </remarks>
public static class HandshakeCodec
{
    /// <summary>No message that we write is longer.</summary>
    public const int MaxEncoded = 512;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>Reads the four bytes of a header.</summary>
    /// <param name="header">At least <see cref="HandshakeMessage.HeaderLength"/> bytes.</param>
    /// <param name="type">What the payload is; meaningful when null is returned.</param>
    /// <param name="length">How many bytes of payload follow: at most <see cref="HandshakeMessage.MaxPayload"/>.</param>
    /// <returns>Null, or why these bytes begin no message of this version.</returns>
    public static EndReason? DecodeHeader(ReadOnlySpan<byte> header, out HandshakeType type, out int length)
    {
        type = (HandshakeType)header[1];
        length = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        return header[0] switch
        {
            HandshakeMessage.Version when length > HandshakeMessage.MaxPayload => Malformed($"a message of {length} bytes"),
            HandshakeMessage.Version when type is < HandshakeType.Verdict or > HandshakeType.Measure => Malformed($"message type {header[1]}"),
            HandshakeMessage.Version => null,
            >= 0x80 => new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Version, $"version {header[0] & 0x7f}, this is version 1"),
            _ => Malformed($"0x{header[0]:x2} begins no message"),
        };
    }

    /// <summary>Reads a payload.</summary>
    /// <returns>Null, or why the payload is not one of that type.</returns>
    public static EndReason? Decode(HandshakeType type, ReadOnlySpan<byte> payload, out HandshakeMessage? message)
    {
        var fields = new FieldReader(payload);
        message = type switch
        {
            HandshakeType.Verdict => new Verdict(fields.Code(), fields.Text()),
            HandshakeType.Birth => new Birth(fields.U128(), fields.U64(), fields.Mode(), fields.U8(), fields.Text()),
            HandshakeType.Born => new Born(fields.Session(), fields.Octets(), fields.U8()),
            HandshakeType.Attach => new Attach(fields.Mode(), fields.Session(), fields.U64(), fields.Octets()),
            HandshakeType.Challenge => new Challenge(fields.Octets(), fields.U64()),
            HandshakeType.Proof => new Proof(fields.U64(), fields.U64(), fields.Octets()),
            HandshakeType.Attached => new Attached(fields.U64(), fields.Octets()),
            HandshakeType.Refused => new Refused(fields.Code(), fields.U64(), fields.Text()),
            HandshakeType.Query => new Query(fields.Session()),
            HandshakeType.Answer => new Answer(fields.Code()),
            HandshakeType.Measure => new Measure(fields.U32(), fields.U32()),
            _ => null,
        };
        if (message is not null && fields.Ended) return null;
        message = null;
        return Malformed($"{type} with {payload.Length} bytes that are not its fields");
    }

    /// <summary>Writes header and payload.</summary>
    /// <returns>How many bytes were written: at most <see cref="MaxEncoded"/>. A text longer than 255 bytes is cut at a character.</returns>
    public static int Encode(HandshakeMessage message, Span<byte> destination)
    {
        var fields = new FieldWriter(destination[HandshakeMessage.HeaderLength..]);
        switch (message)
        {
            case Verdict m:
                fields.Code(m.Code);
                fields.Text(m.Text);
                break;
            case Birth m:
                fields.U128(m.Instance);
                fields.U64(m.Run);
                fields.U8((byte)m.Mode);
                fields.U8(m.Path);
                fields.Text(m.Name);
                break;
            case Born m:
                fields.Session(m.Session);
                fields.Octets(m.ResumeKey);
                fields.U8(m.WantedModes);
                break;
            case Attach m:
                fields.U8((byte)m.Mode);
                fields.Session(m.Session);
                fields.U64(m.Epoch);
                fields.Octets(m.Nonce);
                break;
            case Challenge m:
                fields.Octets(m.Nonce);
                fields.U64(m.Received);
                break;
            case Proof m:
                fields.U64(m.Received);
                fields.U64(m.Start);
                fields.Octets(m.Code);
                break;
            case Attached m:
                fields.U64(m.Start);
                fields.Octets(m.Code);
                break;
            case Refused m:
                fields.Code(m.Code);
                fields.U64(m.Epoch);
                fields.Text(m.Text);
                break;
            case Query m:
                fields.Session(m.Session);
                break;
            case Answer m:
                fields.Code(m.Code);
                break;
            case Measure m:
                fields.U32(m.Up);
                fields.U32(m.Down);
                break;
        }
        destination[0] = HandshakeMessage.Version;
        destination[1] = (byte)message.Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)fields.Length);
        return HandshakeMessage.HeaderLength + fields.Length;
    }

    static EndReason Malformed(string detail) => new(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, detail);

    /// <summary>Takes fields from the front. Past the end every field is zero and <see cref="Ended"/> is false for good, so callers check once.</summary>
    ref struct FieldReader(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> _rest = rest;
        bool _broken;

        public readonly bool Ended => !_broken && _rest.IsEmpty;

        ReadOnlySpan<byte> Take(int count)
        {
            if (_broken || _rest.Length < count)
            {
                _broken = true;
                return [];
            }
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public byte U8() => Take(1) is [var value] ? value : (byte)0;

        public uint U32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

        public ulong U64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;

        public UInt128 U128() => Take(16) is { Length: 16 } bytes ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;

        public SessionId Session() => Take(SessionId.Length) is { Length: SessionId.Length } bytes ? SessionId.Read(bytes) : default;

        public Octets32 Octets() => Take(Octets32.Length) is { Length: Octets32.Length } bytes ? new Octets32(bytes) : default;

        /// <summary>§7: an unknown code is read as 22.</summary>
        public EndCause Code() => Take(2) is { Length: 2 } bytes && BinaryPrimitives.ReadUInt16BigEndian(bytes) is var code and <= (ushort)EndCause.Failed
            ? (EndCause)code
            : EndCause.Failed;

        public Mode Mode()
        {
            var value = (Mode)U8();
            if (value is < Core.Mode.Plaintext or > Core.Mode.Encrypted) _broken = true;
            return value;
        }

        /// <summary>Text goes to logs and terminals: control characters and what is not UTF-8 become U+FFFD here, once.</summary>
        public string Text()
        {
            var bytes = Take(U8());
            if (bytes.IsEmpty) return "";
            return string.Create(Utf8.GetCharCount(bytes), bytes, static (chars, bytes) =>
            {
                Utf8.GetChars(bytes, chars);
                foreach (ref var c in chars)
                {
                    if (char.IsControl(c)) c = '\ufffd';
                }
            });
        }
    }

    ref struct FieldWriter(Span<byte> destination)
    {
        readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        Span<byte> Take(int count)
        {
            var taken = _destination.Slice(Length, count);
            Length += count;
            return taken;
        }

        public void U8(byte value) => Take(1)[0] = value;

        public void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

        public void U64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

        public void U128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Take(16), value);

        public void Session(SessionId value) => value.Write(Take(SessionId.Length));

        public void Octets(Octets32 value) => value.Write(Take(Octets32.Length));

        public void Code(EndCause value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), (ushort)value);

        public void Text(string value)
        {
            // Encoder.Convert stops before a character that would not fit whole.
            Span<byte> bytes = stackalloc byte[HandshakeMessage.MaxText];
            Utf8.GetEncoder().Convert(value, bytes, flush: true, out _, out var used, out _);
            U8((byte)used);
            bytes[..used].CopyTo(Take(used));
        }
    }
}
