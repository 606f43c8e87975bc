using Burrow.Core;
using Burrow.Session.Wire;
using Xunit;

namespace Burrow.Session.Tests.Wire;

public sealed class ControlFramesTests
{
    readonly byte[] _buffer = new byte[WireFormat.MaxControlPayload];

    [Fact]
    public void Open_OfATarget_RoundTrips()
    {
        var request = new OpenRequest(new Target("höst.example", 65535), 0, "[::1]:5");
        var length = ControlFrames.WriteOpen(_buffer, request, ulong.MaxValue);
        Assert.Equal((request, ulong.MaxValue), ControlFrames.ReadOpen(_buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Open_FromAListener_RoundTrips()
    {
        var request = new OpenRequest(null, uint.MaxValue, "10.0.0.1:5");
        var length = ControlFrames.WriteOpen(_buffer, request, 0);
        Assert.Equal((request, 0ul), ControlFrames.ReadOpen(_buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Reset_RoundTrips_AndComesFromTheFarSide()
    {
        var length = ControlFrames.WriteReset(_buffer, new EndReason(EndPhase.Dial, EndSide.Peer, EndCause.Refused, "10.0.0.1:22"));
        Assert.Equal(new EndReason(EndPhase.Dial, EndSide.Far, EndCause.Refused, "10.0.0.1:22"), ControlFrames.ReadReset(_buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Reset_WithACodeAndAPhaseOfALaterVersion_IsUnderstood() =>
        Assert.Equal(new EndReason(EndPhase.Relay, EndSide.Far, EndCause.Failed), ControlFrames.ReadReset([0xFF, 0xFF, 99, 0]));

    [Fact]
    public void Text_ThatIsTooLong_IsCutAtACharacter()
    {
        var length = ControlFrames.WriteReset(_buffer, new EndReason(EndPhase.Dial, EndSide.Peer, EndCause.Failed, "x" + new string('ä', 300)));
        Assert.Equal("x" + new string('ä', 127), ControlFrames.ReadReset(_buffer.AsSpan(0, length)).Detail);
    }

    [Fact]
    public void Listens_RoundTrip()
    {
        var request = new ListenRequest(new Target("*", 80), "web:80");
        Assert.Equal((7u, request), ControlFrames.ReadListen(_buffer.AsSpan(0, ControlFrames.WriteListen(_buffer, 7, request))));
        Assert.Equal((7u, 8080), ControlFrames.ReadListening(_buffer.AsSpan(0, ControlFrames.WriteListening(_buffer, 7, 8080))));
        Assert.Equal(7u, ControlFrames.ReadUnlisten(_buffer.AsSpan(0, ControlFrames.WriteUnlisten(_buffer, 7))));
        var reason = new EndReason(EndPhase.Listen, EndSide.Far, EndCause.AddressInUse, "port 80");
        Assert.Equal((7u, reason), ControlFrames.ReadNotListening(_buffer.AsSpan(0, ControlFrames.WriteNotListening(_buffer, 7, reason))));
    }

    [Fact]
    public void Headers_LieAsTheProtocolDrawsThem()
    {
        var frame = new byte[8];
        new FrameHeader(FrameType.Data, 0xABCDE, 0x102030405).Write(frame);
        Assert.Equal([3, 0xAB, 0xCD, 0xE1, 2, 3, 4, 5], frame);
        Assert.Equal(new FrameHeader(FrameType.Data, 0xABCDE, 0x102030405), FrameHeader.Read(frame));
        var record = new byte[4];
        new RecordHeader(RecordType.Stream, 0x123456).Write(record);
        Assert.Equal([1, 0x12, 0x34, 0x56], record);
        Assert.Equal(new RecordHeader(RecordType.Stream, 0x123456), RecordHeader.Read(record));
    }
}
