using Burrow.Core;
using Burrow.Session.Handshake;
using Burrow.Session.Tests.Pairs;
using Burrow.Testing;
using Xunit;

namespace Burrow.Session.Tests.Handshake;

/// <summary>Jenny has taken the epoch, and her ATTACHED does not arrive: the older carrier is gone on both sides and the newer one never was.</summary>
public sealed class LostAttachedTests
{
    const int Challenge = 4 + 32 + 8; // what Jenny writes before ATTACHED

    [Theory]
    [InlineData(Mode.Plaintext, true)]
    [InlineData(Mode.Plaintext, false)]
    [InlineData(Mode.Obfuscated, true)]
    [InlineData(Mode.Obfuscated, false)]
    public async Task LostAttached_CostsThatCarrierAlone_AndTheNextOneGoesOn(Mode mode, bool breaks)
    {
        var clock = new ManualClock();
        var pair = new SessionPair(mode);
        ScriptedPort? served = null;
        pair.Jenny.OnOpen = channel => served = pair.Jenny.Accept(channel);
        pair.Attach();
        var asked = pair.Jack.Open();
        pair.Settle();
        asked.Write(SessionPair.Bytes(20_000));
        Assert.NotEmpty(pair.Jack.Produce(pair.Now)); // lost with the older carrier
        served!.Write(SessionPair.Bytes(10_000, seed: 3));

        var (a, b) = MemoryConnection.CreatePair();
        var spoiled = new FaultyConnection(b, breaks ? new FaultPlan { CutWriteAt = Challenge } : new FaultPlan { StallWriteAt = Challenge });
        var (his, hers) = Handshake(pair, mode, a, spoiled, epoch: 2, clock);
        if (!breaks)
        {
            // The path is silent: he waits a second, not the five that a whole handshake may take.
            while (pair.Jenny.Session.Epoch < 2 || clock.NextDue != TimeSpan.FromSeconds(1)) await Task.Yield();
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(FailureKind.Lost, (await his).Failure?.Kind);
        spoiled.Abort(EndReason.Stopped);
        Assert.IsType<JennyOutcome.Failed>(await hers);
        foreach (var end in new[] { pair.Jack, pair.Jenny })
        {
            Assert.Equal((2ul, false, null), (end.Session.Epoch, end.Session.IsAttached, end.Session.Ended));
            Assert.Equal(EndCause.Superseded, end.Session.Tick(end.Link!, pair.Now)?.Cause); // what tells the older carrier's loops to end
        }
        pair.Detach();

        var (c, d) = MemoryConnection.CreatePair();
        (his, hers) = Handshake(pair, mode, c, d, epoch: pair.Jack.Session.Epoch + 1, clock);
        var attached = await his;
        Assert.Null(attached.Failure);
        pair.Jack.Link = pair.Jack.Session.Attach(attached.Point, pair.Now);
        pair.Jenny.Link = pair.Jenny.Session.Attach(Assert.IsType<JennyOutcome.Attached>(await hers).Point, pair.Now);
        pair.Settle();
        Assert.Equal(SessionPair.Bytes(20_000), served.Received);
        Assert.Equal(SessionPair.Bytes(10_000, seed: 3), asked.Received);
        asked.Finish();
        served.Finish();
        pair.Settle();
        pair.AssertClean();
    }

    static (Task<AttachResult> Jack, Task<JennyOutcome> Jenny) Handshake(SessionPair pair, Mode mode, Connection his, Connection hers, ulong epoch, TimeProvider time)
    {
        var jenny = JennyHandshake.RunAsync(hers, new CallerContext(mode, CarrierTrust.None), new OneSession(pair.Jenny.Session)).AsTask();
        return (new JackHandshake(his, CarrierTrust.None, TimeSpan.FromSeconds(5), time).AttachAsync(pair.Jack.Session, epoch).AsTask(), jenny);
    }

    sealed class OneSession(Session session) : ISessionDirectory
    {
        public BirthDecision Birth(BirthRequest request) => throw new InvalidOperationException("nobody is born here");

        public IAttachable? Find(SessionId id, string? credential) => session.Id == id ? session : null;
    }
}
