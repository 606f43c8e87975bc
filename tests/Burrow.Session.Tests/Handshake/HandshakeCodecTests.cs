using Burrow.Core;
using Burrow.Session.Handshake;
using Xunit;

namespace Burrow.Session.Tests.Handshake;

public sealed class HandshakeCodecTests
{
    static readonly SessionId Id = new(0x0102030405060708, 0x090a0b0c0d0e0f10);

    static Octets32 Octets(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    static readonly HandshakeMessage[] Messages =
    [
        new Verdict(EndCause.Credential, "unknown pin"),
        new Verdict(EndCause.Completed, ""),
        new Birth(UInt128.MaxValue - 5, ulong.MaxValue, Mode.Obfuscated, 255, "laptop öäü"),
        new Born(Id, Octets(7), 0b1110),
        new Attach(Mode.Encrypted, Id, 77, Octets(1)),
        new Challenge(Octets(2), ulong.MaxValue - 1),
        new Proof(1, 2, Octets(3)),
        new Attached(9, Octets(4)),
        new Refused(EndCause.StaleEpoch, 12, "stale"),
        new Query(Id),
        new Answer(EndCause.UnknownSession),
        new Measure(1, uint.MaxValue),
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(0, Messages.Length)];

    static byte[] Encode(HandshakeMessage message)
    {
        var buffer = new byte[HandshakeCodec.MaxEncoded];
        return buffer[..HandshakeCodec.Encode(message, buffer)];
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Decode_OfWhatWasEncoded_IsTheSameMessage(int index)
    {
        var bytes = Encode(Messages[index]);
        Assert.Null(HandshakeCodec.DecodeHeader(bytes, out var type, out var length));
        Assert.Equal(Messages[index].Type, type);
        Assert.Equal(bytes.Length - HandshakeMessage.HeaderLength, length);
        Assert.Null(HandshakeCodec.Decode(type, bytes.AsSpan(HandshakeMessage.HeaderLength), out var message));
        Assert.Equal(Messages[index], message);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Decode_OfEveryOtherLength_IsAProtocolError(int index)
    {
        var payload = Encode(Messages[index])[HandshakeMessage.HeaderLength..];
        for (var length = 0; length < payload.Length; length++)
        {
            var reason = HandshakeCodec.Decode(Messages[index].Type, payload.AsSpan(0, length), out var message);
            Assert.Equal(EndCause.Protocol, reason?.Cause);
            Assert.Null(message);
        }
        Assert.Equal(EndCause.Protocol, HandshakeCodec.Decode(Messages[index].Type, [.. payload, 0], out _)?.Cause);
    }

    [Fact]
    public void Encode_OfAttach_IsTheLayoutOfTheProtocol()
    {
        var expected = "8104" + "0039" + "01" + "0102030405060708090a0b0c0d0e0f10" + "0000000000000005" + string.Concat(Enumerable.Repeat("2a", 32));
        Assert.Equal(expected, Convert.ToHexStringLower(Encode(new Attach(Mode.Plaintext, Id, 5, Octets(0x2a)))));
    }

    [Theory]
    [InlineData(new byte[] { 0x82, 1, 0, 0 }, EndCause.Version)]
    [InlineData(new byte[] { 0xff, 1, 0, 0 }, EndCause.Version)]
    [InlineData(new byte[] { 0x16, 1, 0, 0 }, EndCause.Protocol)]
    [InlineData(new byte[] { 0x81, 0, 0, 0 }, EndCause.Protocol)]
    [InlineData(new byte[] { 0x81, 12, 0, 0 }, EndCause.Protocol)]
    [InlineData(new byte[] { 0x81, 1, 0x10, 0x01 }, EndCause.Protocol)]
    public void DecodeHeader_OfSomethingElse_SaysWhy(byte[] header, EndCause cause) =>
        Assert.Equal(cause, HandshakeCodec.DecodeHeader(header, out _, out _)?.Cause);

    [Fact]
    public void Decode_OfRandomBytes_NeverThrows()
    {
        var random = new Random(20260101);
        var buffer = new byte[600];
        for (var i = 0; i < 50_000; i++)
        {
            var payload = buffer.AsSpan(0, random.Next(buffer.Length));
            random.NextBytes(payload);
            var reason = HandshakeCodec.Decode((HandshakeType)random.Next(0, 13), payload, out var message);
            Assert.Equal(reason is null, message is not null);
        }
    }

    [Fact]
    public void Decode_OfAnUnknownCode_ReadsItAsFailed()
    {
        var bytes = Encode(new Answer((EndCause)999));
        Assert.Null(HandshakeCodec.Decode(HandshakeType.Answer, bytes.AsSpan(4), out var message));
        Assert.Equal(new Answer(EndCause.Failed), message);
    }

    [Fact]
    public void Encode_OfALongText_CutsItAtACharacter()
    {
        var bytes = Encode(new Verdict(EndCause.Busy, new string('ö', 200)));
        Assert.Null(HandshakeCodec.Decode(HandshakeType.Verdict, bytes.AsSpan(4), out var message));
        Assert.Equal(new string('ö', 127), ((Verdict)message!).Text);
    }

    [Fact]
    public void Decode_OfControlCharacters_KeepsThemAwayFromTheTerminal()
    {
        var bytes = Encode(new Verdict(EndCause.Busy, "\u001b[2Jx\n"));
        Assert.Null(HandshakeCodec.Decode(HandshakeType.Verdict, bytes.AsSpan(4), out var message));
        Assert.Equal("\ufffd[2Jx\ufffd", ((Verdict)message!).Text);
    }

    [Fact]
    public void ToString_OfBorn_DoesNotShowTheResumeKey() =>
        Assert.DoesNotContain("07", new Born(new SessionId(0, 0), Octets(7), 0).ToString(), StringComparison.Ordinal);
}
