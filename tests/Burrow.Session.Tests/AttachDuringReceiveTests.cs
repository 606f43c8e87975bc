using Burrow.Core;
using Burrow.Session.Handshake;
using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>A newer carrier is proved on one thread while the reader of the older link is still at work on another (docs/protocol.md §3.2).</summary>
public sealed class AttachDuringReceiveTests
{
    const int Channels = 4;
    const int Piece = 30_000; // in one window, and with the others' more than a first batch

    [Theory]
    [InlineData(Mode.Encrypted, true)]
    [InlineData(Mode.Encrypted, false)]
    [InlineData(Mode.Plaintext, true)]
    [InlineData(Mode.Plaintext, false)]
    public void AckThatOvertakesTheReplay_LeavesEveryLaterByteInItsPlace(Mode mode, bool beforeTheWriter)
    {
        var pair = new SessionPair(mode);
        var served = new List<ScriptedPort>();
        pair.Jenny.OnOpen = channel => served.Add(pair.Jenny.Accept(channel));
        pair.Attach();
        var asked = Enumerable.Range(0, Channels).Select(_ => pair.Jack.Open()).ToArray();
        pair.Settle();
        foreach (var port in asked) port.Write(SessionPair.Bytes(Piece));

        // Jenny says how much has arrived, and the epoch is taken, while what was read at once from the older carrier is worked on.
        TakeResult his = default, hers = default;
        served[0].Meanwhile = () =>
        {
            his = pair.Jack.Session.TryTakeEpoch(2, pair.Jenny.Session.Received);
            hers = pair.Jenny.Session.TryTakeEpoch(2, his.Received);
        };
        Assert.Null(pair.Jenny.Session.Receive(pair.Jenny.Link!, Say(pair), pair.Now));
        Assert.Equal((null, null), (his.Refusal, hers.Refusal));
        Assert.True(pair.Jenny.Session.Received > hers.Received + 64 * 1024, "nothing arrived behind the back of the attach");
        pair.Detach();
        pair.Jenny.Link = pair.Jenny.Session.Attach(new AttachPoint(2, hers.Start, his.Start), pair.Now);
        pair.Jack.Link = pair.Jack.Session.Attach(new AttachPoint(2, his.Start, hers.Start), pair.Now);

        var first = beforeTheWriter ? [] : pair.Jack.Produce(pair.Now);
        Assert.Null(pair.Jack.Session.Receive(pair.Jack.Link!, pair.Jenny.Produce(pair.Now), pair.Now)); // her acknowledgement
        Assert.Null(pair.Jenny.Session.Receive(pair.Jenny.Link!, first, pair.Now));
        pair.Settle();

        foreach (var port in asked)
        {
            port.Write(SessionPair.Bytes(Piece, seed: 9));
            port.Finish();
        }
        pair.Settle();
        Assert.All(served, port => Assert.Equal([.. SessionPair.Bytes(Piece), .. SessionPair.Bytes(Piece, seed: 9)], port.Received));
        foreach (var port in served) port.Finish();
        pair.Settle();
        pair.AssertClean();
    }

    static byte[] Say(SessionPair pair)
    {
        var said = new List<byte>();
        for (byte[] batch; (batch = pair.Jack.Produce(pair.Now)).Length > 0;) said.AddRange(batch);
        return [.. said];
    }
}
