using Burrow.Core;
using Burrow.Session.Tests.Pairs;
using Burrow.Session.Wire;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>What docs/protocol.md does not allow, sent to Jack by a Jenny who says it all the same. He has opened channel 1 and accepted channel 2.</summary>
public sealed class HostilePeerTests
{
    public static TheoryData<string, byte[]> Errors => new()
    {
        { "an ack from the future", Bytes.Ack(1_000_000, 2_000_000) },
        { "a limit below what was received", Bytes.Ack(10, 9) },
        { "a limit below what was received", Bytes.Ack(ulong.MaxValue - ulong.MaxValue + 1, 0) },
        { "an empty STREAM record", Bytes.Record(RecordType.Stream) },
        { "a record of type 3 with 1025 bytes", Bytes.Record(RecordType.Ping, new byte[1025]) },
        { "a record of type 200 with 1025 bytes", Bytes.Record((RecordType)200, new byte[1025]) },
        { "an unknown record of type 6", Bytes.Record((RecordType)6) },
        { "an unknown record of type 0", [0, 0, 0, 0] },
        { "a payload is too short", Bytes.Record(RecordType.Ping, new byte[7]) },
        { "1 bytes too many in a payload", Bytes.Record(RecordType.Pong, new byte[9]) },
        { "a payload is too short", Bytes.Record(RecordType.End, 0, 7, 200, 1) },
        { "a frame of type 1 with 1025 bytes of payload", Bytes.Stream(Bytes.Frame(FrameType.Open, 4, new byte[1025])) },
        { "a frame of type 200 with 1025 bytes of payload", Bytes.Stream(Bytes.Frame((FrameType)200, 4, new byte[1025])) },
        { "an unknown frame of type 7", Bytes.Stream(Bytes.Frame((FrameType)7, 1)) },
        { "an unknown frame of type 0", Bytes.Stream(new byte[8]) },
        { "data on channel 2 beyond its credit", Bytes.Stream(Bytes.Data(2, 65_535), Bytes.Data(2, 2)) },
        { "data on channel 2 after its end", Bytes.Stream(Bytes.Fin(2), Bytes.Data(2, 1)) },
        { "channel 2 ends twice", Bytes.Stream(Bytes.Fin(2), Bytes.Fin(2)) },
        { "FIN with a payload", Bytes.Stream(Bytes.Frame(FrameType.Fin, 2, 1)) },
        { "OPENED twice", Bytes.Stream(Bytes.Opened(1), Bytes.Opened(1)) },
        { "OPENED for the sender's own channel", Bytes.Stream(Bytes.Opened(2)) },
        { "OPEN of channel 2 out of order", Bytes.Stream(Bytes.Open(2)) },
        { "OPEN of channel 6 out of order", Bytes.Stream(Bytes.Open(6)) },
        { "OPEN of channel 3 out of order", Bytes.Stream(Bytes.Open(3)) },
        { "OPEN of channel 0 out of order", Bytes.Stream(Bytes.Open(0)) },
        { "OPEN without a target", Bytes.Stream(Bytes.Open(4, host: "")) },
        { "a payload is too short", Bytes.Stream(Bytes.Frame(FrameType.Open, 4, new byte[9])) },
        { "a frame for channel 3, which never was", Bytes.Stream(Bytes.Data(3, 1)) },
        { "a frame for channel 4, which never was", Bytes.Stream(Bytes.Fin(4)) },
        { "a frame for channel 0, which never was", Bytes.Stream(Bytes.Reset(0)) },
        { "a frame for channel 68719476735, which never was", Bytes.Stream(Bytes.Credit(WireFormat.MaxChannel, 5)) },
        { "a frame for channel 68719476734, which never was", Bytes.Stream(Bytes.Opened(WireFormat.MaxChannel - 1)) },
        { "a LISTEN id used twice", Bytes.Stream(Bytes.Listen(5), Bytes.Listen(5)) },
        { "a LISTEN id used twice", Bytes.Stream(Bytes.Listen(5), Bytes.Unlisten(5), Bytes.Listen(5)) },
        { "LISTEN with id 0", Bytes.Stream(Bytes.Listen(0)) },
        { "UNLISTEN for a listener that never was", Bytes.Stream(Bytes.Unlisten(9)) },
        { "an answer to a LISTEN that never was", Bytes.Stream(Bytes.Frame(FrameType.Listening, 0, 0, 0, 0, 1, 0, 80)) },
        { "an answer to a LISTEN that never was", Bytes.Stream(Bytes.Frame(FrameType.NotListening, 0, 0, 0, 0, 0, 0, 1, 0)) },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Violation_EndsAnEncryptedSession_AndSaysWhy(string expected, byte[] bytes)
    {
        foreach (var piece in new[] { bytes.Length, 1 })
        {
            var jack = Jack();
            var end = Feed(jack, bytes, piece);
            Assert.Equal((EndCause.Protocol, expected), (end?.Cause, end?.Detail));
            Assert.Equal(end, jack.Session.Ended);
            Assert.Equal(jack.Total, jack.Budget.Free);
            jack.Session.Detach(jack.Link!);
        }
    }

    [Fact]
    public void StreamBeyondTheLimit_IsRefused_HoweverItIsCut()
    {
        var jack = Jack();
        var data = Bytes.Data(1, 1);
        EndReason? end = null;
        var sent = 0L;
        // Ignorable frames carry the most stream bytes for the least state.
        var filler = Bytes.Stream(Bytes.Frame((FrameType)255, 1, new byte[1000]));
        while (end is null && sent < 3 * 1024 * 1024)
        {
            end = Feed(jack, filler, filler.Length);
            sent += filler.Length;
        }
        Assert.Equal("stream bytes beyond the limit", end?.Detail);
        Assert.InRange(sent, (long)WireFormat.InitialLimit, (long)WireFormat.InitialLimit + 8192);
        Assert.NotEmpty(data);
    }

    [Fact]
    public void UnknownTypesFrom128_AreIgnored()
    {
        var jack = Jack();
        Assert.Null(Feed(jack, [.. Bytes.Record((RecordType)128, 1, 2, 3), .. Bytes.Stream(Bytes.Frame((FrameType)255, 77, 9)), .. Bytes.Stream(Bytes.Data(2, 5))], 1));
        Assert.Equal(5, jack.Offered[0].BytesReceived is var received ? (int)received : 0);
    }

    [Fact]
    public void FramesForChannelsThatHaveEnded_AreIgnored()
    {
        var jack = Jack();
        Assert.Null(Feed(jack, Bytes.Stream(Bytes.Reset(2), Bytes.Reset(1)), 1));
        Assert.Null(Feed(jack, Bytes.Stream(Bytes.Data(2, 60_000), Bytes.Data(2, 60_000), Bytes.Fin(2), Bytes.Fin(2), Bytes.Credit(1, 1 << 30), Bytes.Opened(1), Bytes.Opened(1), Bytes.Reset(2)), 1000));
        Assert.Equal(2, jack.EndedChannels.Count);
    }

    [Fact]
    public void Credit_ThatShrinks_ChangesNothing()
    {
        var jack = Jack();
        Assert.Null(Feed(jack, Bytes.Stream(Bytes.Opened(1, 100_000), Bytes.Credit(1, 5)), 1));
        Assert.Equal(100_000ul, jack.Opened[0].SendCredit);
    }

    [Fact]
    public void OpensThatAreResetAtOnce_KeepNoMemory()
    {
        var jack = Jack();
        for (var id = 4ul; id < 8000; id += 2) Assert.Null(Feed(jack, Bytes.Stream(Bytes.Open(id), Bytes.Data(id, 50), Bytes.Reset(id)), 4096));
        Assert.Equal(2, jack.Session.Snapshot().Channels);
    }

    [Fact]
    public void OpensThatAreRefusedAndReset_WhileThePeerDoesNotRead_KeepNoMemory()
    {
        var jack = Jack();
        jack.OnOpen = channel => jack.Session.Refuse(channel, new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Denied));
        for (var id = 4ul; id < 8000; id += 2)
        {
            Assert.Null(Feed(jack, Bytes.Stream(Bytes.Open(id), Bytes.Reset(id)), 4096));
            Assert.InRange(jack.Session.Waiting, 0, 128);
        }
        Assert.Equal(2, jack.Session.Snapshot().Channels);
    }

    [Fact]
    public void OpensThatAreAcceptedAndReset_WhileThePeerDoesNotRead_KeepNoMemory()
    {
        var jack = Jack();
        jack.OnOpen = channel => jack.Accept(channel);
        for (var id = 4ul; id < 8000; id += 2)
        {
            Assert.Null(Feed(jack, Bytes.Stream(Bytes.Open(id), Bytes.Reset(id)), 4096));
            Assert.InRange(jack.Session.Waiting, 0, 128);
        }
    }

    [Fact]
    public void FrameAfterTheEnd_IsNotHeard()
    {
        var jack = Jack();
        var end = Feed(jack, [.. Bytes.Record(RecordType.End, 0, 20, 0), .. Bytes.Stream(Bytes.Open(4), Bytes.Data(4, 1), Bytes.Listen(3))], 10_000);
        Assert.Equal(EndCause.Stopped, end?.Cause);
        Assert.Empty(jack.Listens);
    }

    [Fact]
    public void BytesInFlight_WhenWeEndTheSession_AreNoViolation()
    {
        var jack = Jack();
        jack.Session.Close(EndReason.Stopped);
        var end = Feed(jack, Bytes.Stream(Bytes.Open(4), Bytes.Data(4, 1)), 1000);
        Assert.Equal(EndCause.Stopped, end?.Cause);
    }

    static PairEnd Jack()
    {
        var jack = new PairEnd(isJack: true);
        jack.OnOpen = channel =>
        {
            if (channel.Id == 2) jack.Accept(channel);
        };
        jack.Link = jack.Session.Attach(AttachPoint.Birth, TimeSpan.Zero);
        jack.Open();
        Assert.NotEmpty(jack.Produce(TimeSpan.Zero));
        Assert.Null(Feed(jack, Bytes.Stream(Bytes.Open(2)), 100));
        return jack;
    }

    static EndReason? Feed(PairEnd jack, byte[] bytes, int piece)
    {
        for (var start = 0; start < bytes.Length; start += piece)
            if (jack.Session.Receive(jack.Link!, bytes.AsSpan(start, Math.Min(piece, bytes.Length - start)), TimeSpan.FromSeconds(1)) is { } end) return end;
        return null;
    }
}
