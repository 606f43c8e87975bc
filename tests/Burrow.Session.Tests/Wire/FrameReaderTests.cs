using Burrow.Session.Tests.Pairs;
using Burrow.Session.Wire;
using Xunit;

namespace Burrow.Session.Tests.Wire;

public sealed class FrameReaderTests : IFrameSink
{
    readonly List<string> _seen = [];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Frames_ArriveWhole_HoweverTheyAreCut(int piece)
    {
        var reader = new FrameReader(this, null);
        byte[] stream = [.. Bytes.Credit(3, 9), .. Bytes.Data(5, 4), .. Bytes.Data(5, 0), .. Bytes.Fin(5), .. Bytes.Frame((FrameType)130, 1, 1, 2)];
        foreach (var part in stream.Chunk(piece)) reader.Feed(part);
        Assert.Equal(["Credit 3 (8)", "data 5 (4)", "payload 4", "data 5 (0)", "Fin 5 (0)", "130 1 (2)"], Joined());
        Assert.Equal(((ulong)stream.Length, (ulong)stream.Length), (reader.Verified, reader.Position));
    }

    [Fact]
    public void Verified_CountsWholeFrames_AndPayloadAsItComes()
    {
        var reader = new FrameReader(this, null);
        var stream = Bytes.Data(5, 10);
        reader.Feed(stream.AsSpan(0, 7));
        Assert.Equal((0ul, 7ul), (reader.Verified, reader.Position));
        reader.Feed(stream.AsSpan(7, 4));
        Assert.Equal((11ul, 11ul), (reader.Verified, reader.Position));
        reader.Rewind(); // a new carrier, in the middle of the payload
        reader.Feed(stream.AsSpan(11));
        Assert.Equal(["data 5 (10)", "payload 10"], Joined());
    }

    [Fact]
    public void Rewind_InAHeader_ExpectsTheFrameAgainFromItsStart()
    {
        var reader = new FrameReader(this, null);
        reader.Feed(Bytes.Credit(3, 9).AsSpan(0, 12));
        reader.Rewind();
        reader.Feed(Bytes.Credit(3, 9));
        Assert.Equal(["Credit 3 (8)"], _seen);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(20, 1)]
    [InlineData(0, 1000)]
    [InlineData(9, 1000)]
    [InlineData(20, 1000)]
    public void WrongMac_LeavesVerifiedAtTheFramesStart_AndTheRightFrameIsTakenAfterwards(int spoiledByte, int piece)
    {
        var (good, frame) = (Sealed(0, Bytes.Fin(1)), Sealed(24, Bytes.Credit(3, 9)));
        var reader = new FrameReader(this, Mac());
        reader.Feed(good);
        var spoiled = frame.ToArray();
        spoiled[spoiledByte] ^= 4;
        // A spoiled length may ask for more bytes than there are: then only more bytes tell.
        Assert.Throws<ProtocolException>(() =>
        {
            foreach (var part in spoiled.Concat(new byte[2000]).Chunk(piece)) reader.Feed(part);
        });
        Assert.Equal((ulong)good.Length, reader.Verified);
        reader.Rewind();
        reader.Feed(frame);
        Assert.Equal(["Fin 1 (0)", "Credit 3 (8)"], _seen);
    }

    [Fact]
    public void Mac_CoversTheOffset_SoThatNoFrameCanBeMoved()
    {
        var reader = new FrameReader(this, Mac());
        reader.Feed(Sealed(0, Bytes.Fin(1)));
        Assert.Throws<ProtocolException>(() => reader.Feed(Sealed(0, Bytes.Fin(1))));
        Assert.Equal(["Fin 1 (0)"], _seen);
    }

    [Fact]
    public void Macs_DifferByDirectionEpochAndNumber()
    {
        var macs = new HashSet<string>();
        foreach (var jack in new[] { true, false })
        {
            using var mac = StreamMac.ForSender(SessionPair.Key, jack);
            for (ulong epoch = 1; epoch < 3; epoch++)
            {
                for (ulong number = 0; number < 3; number++)
                {
                    var bytes = new byte[16];
                    mac.Record(epoch, number, [1, 2, 3, 4], [5], bytes);
                    Assert.True(mac.VerifyRecord(epoch, number, [1, 2, 3, 4], [5], bytes));
                    Assert.False(mac.VerifyRecord(epoch, number, [1, 2, 3, 4], [6], bytes));
                    macs.Add(Convert.ToHexString(bytes));
                }
            }
        }
        Assert.Equal(12, macs.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Records_ArriveWhole_AndUnknownOnesFrom128AreDropped(int piece)
    {
        var sink = new Records();
        var writer = new RecordWriter(Mac(), 7);
        var reader = new RecordReader(sink, Mac(), 7);
        var buffer = new byte[500];
        var length = writer.Ack(buffer, 5, 6);
        length += writer.Token(buffer.AsSpan(length), RecordType.Ping, 9);
        Bytes.Record(RecordType.Stream, 1, 2, 3).CopyTo(buffer.AsSpan(length));
        length += 7;
        length += writer.Token(buffer.AsSpan(length), (RecordType)200, 9);
        length += writer.End(buffer.AsSpan(length), 20, "stopped");
        foreach (var part in buffer[..length].Chunk(piece)) reader.Feed(part);
        Assert.Equal(["Ack 16", "Ping 8", "End 10"], sink.Seen);
        Assert.Equal([1, 2, 3], sink.Stream);
    }

    [Fact]
    public void Record_ThatIsRepeatedOrOfAnotherEpoch_IsRefused()
    {
        var buffer = new byte[100];
        var length = new RecordWriter(Mac(), 7).Token(buffer, RecordType.Ping, 9);
        var reader = new RecordReader(new Records(), Mac(), 7);
        reader.Feed(buffer.AsSpan(0, length));
        Assert.Throws<ProtocolException>(() => reader.Feed(buffer.AsSpan(0, length)));
        Assert.Throws<ProtocolException>(() => new RecordReader(new Records(), Mac(), 8).Feed(buffer.AsSpan(0, length)));
    }

    static StreamMac Mac() => StreamMac.ForSender(SessionPair.Key, jack: true);

    static byte[] Sealed(ulong offset, byte[] frame)
    {
        var mac = new byte[16];
        Mac().Frame(offset, frame.AsSpan(0, 8), frame.AsSpan(8), mac);
        return [.. frame, .. mac];
    }

    // Pieces of one payload count as one.
    List<string> Joined()
    {
        var joined = new List<string>();
        var payload = 0;
        foreach (var seen in _seen.Append(""))
        {
            if (seen.StartsWith("payload ", StringComparison.Ordinal))
            {
                payload += int.Parse(seen.AsSpan(8));
                continue;
            }
            if (payload > 0) joined.Add($"payload {payload}");
            payload = 0;
            if (seen.Length > 0) joined.Add(seen);
        }
        return joined;
    }

    void IFrameSink.OnControl(FrameHeader header, ReadOnlySpan<byte> payload) => _seen.Add($"{header.Type} {header.Channel} ({payload.Length})");

    void IFrameSink.OnDataHeader(FrameHeader header) => _seen.Add($"data {header.Channel} ({header.Length})");

    void IFrameSink.OnData(ulong channel, ReadOnlySpan<byte> bytes) => _seen.Add($"payload {bytes.Length}");

    sealed class Records : IRecordSink
    {
        public List<string> Seen { get; } = [];

        public List<byte> Stream { get; } = [];

        public void OnStream(ReadOnlySpan<byte> bytes) => Stream.AddRange(bytes);

        public void OnRecord(RecordType type, ReadOnlySpan<byte> payload) => Seen.Add($"{type} {payload.Length}");
    }
}
