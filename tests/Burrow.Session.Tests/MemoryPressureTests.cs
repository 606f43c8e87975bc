using Burrow.Core;
using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>What happens when the memory for credit is used up (docs/protocol.md §6, credit).</summary>
public sealed class MemoryPressureTests
{
    const int Budget = 2 * 1024 * 1024;

    [Fact]
    public void KeystrokesThatNobodyAcknowledges_HoldNoMoreMemoryThanTheBudgetHas()
    {
        // A batch for each byte: what is kept for a replay takes ten times the memory that its bytes count.
        var pair = new SessionPair(jackBudget: Budget).Attach();
        var served = new List<ScriptedPort>();
        pair.Jenny.OnOpen = channel => served.Add(pair.Jenny.Accept(channel));
        var port = pair.Jack.Open();
        pair.Settle();
        var said = new List<byte[]>();
        var most = 0L;
        while (said.Count < 30_000)
        {
            port.Write([(byte)said.Count]);
            var batch = pair.Jack.Produce(pair.Now);
            if (batch.Length == 0) break;
            said.Add(batch);
            most = Math.Max(most, pair.Jack.Session.ReplayMemory);
        }
        Assert.InRange(most, SessionTuning.BatchBytes * 4L, Budget);
        Assert.True(pair.Jack.Budget.Free >= Budget / 8);

        foreach (var batch in said) Assert.Null(pair.Jenny.Session.Receive(pair.Jenny.Link!, batch, pair.Now));
        port.Finish();
        served[0].Finish();
        pair.Settle();
        Assert.Equal([.. Enumerable.Range(0, served[0].Received.Length).Select(value => (byte)value)], served[0].Received);
        Assert.InRange(served[0].Received.Length, said.Count, said.Count + 1);
        pair.AssertClean();
    }

    [Fact]
    public void Session_WithoutAnyMemoryForItsLog_GoesOnASlabAtATime()
    {
        var pair = new SessionPair(jackBudget: 100_000).Attach();
        var served = new List<ScriptedPort>();
        pair.Jenny.OnOpen = channel => served.Add(pair.Jenny.Accept(channel));
        var port = pair.Jack.Open();
        port.Write(SessionPair.Bytes(2_000_000));
        port.Finish();
        pair.Settle();
        served[0].Finish();
        pair.Settle();
        Assert.Equal(SessionPair.Bytes(2_000_000), served[0].Received);
        pair.AssertClean();
    }

    [Fact]
    public void WindowsThatAreNotNeeded_GiveTheirMemoryBack_WhenItIsShort()
    {
        var pair = new SessionPair(jennyBudget: Budget).Attach();
        pair.Jenny.OnOpen = channel => pair.Jenny.Accept(channel);
        var port = pair.Jack.Open();
        Transfer(1_000_000);
        var window = pair.Jenny.Offered[0].Window;
        Assert.True(window.Size >= 4 * SessionTuning.FirstWindow);

        pair.Jenny.Session.Survey(pair.Now + SessionTuning.UnusedWindow);
        Assert.Equal(window.Size, pair.Jenny.Offered[0].Window.Size); // nobody needs it
        var others = Budget / 2;
        Assert.True(pair.Jenny.Budget.TryReserve(others));
        pair.Jenny.Session.Survey(pair.Now + SessionTuning.UnusedWindow);
        Assert.Equal(SessionTuning.FirstWindow, pair.Jenny.Offered[0].Window.Size);
        pair.Pass(TimeSpan.FromMinutes(1));
        Transfer(1_000_000);
        Assert.Equal(2_000_000ul, pair.Jenny.Offered[0].BytesReceived);
        pair.Jenny.Session.Reset(pair.Jenny.Offered[0], EndReason.Stopped);
        pair.Settle();
        pair.Jenny.Budget.Release(others);
        pair.AssertClean();

        void Transfer(int bytes)
        {
            port.Write(SessionPair.Bytes(bytes));
            var target = pair.Jenny.Offered.Count == 0 ? (ulong)bytes : pair.Jenny.Offered[0].BytesReceived + (ulong)bytes;
            for (var rounds = 0; rounds < 1000 && (pair.Jenny.Offered.Count == 0 || pair.Jenny.Offered[0].BytesReceived < target); rounds++)
            {
                var (there, back) = (Say(pair.Jack), Say(pair.Jenny));
                pair.Pass(TimeSpan.FromMilliseconds(20)); // a round trip of 40 ms
                Assert.Null(pair.Jenny.Session.Receive(pair.Jenny.Link!, there, pair.Now));
                Assert.Null(pair.Jack.Session.Receive(pair.Jack.Link!, back, pair.Now));
            }
        }

        byte[] Say(PairEnd end)
        {
            var said = new List<byte>();
            for (byte[] batch; (batch = end.Produce(pair.Now)).Length > 0;) said.AddRange(batch);
            return [.. said];
        }
    }

    [Fact]
    public void ChannelsThatWaitForMemory_LeaveTheLine_WhenTheyAreResetAndWhenTheSessionEnds()
    {
        var jack = new PairEnd(isJack: true, budget: 10_000);
        Assert.True(jack.Budget.TryReserve(9_999));
        var ports = Enumerable.Range(0, 20_000).Select(_ => jack.Open()).ToList();
        Assert.Equal(2 * ports.Count, jack.Session.Waiting); // for a carrier and for memory
        foreach (var port in ports.Take(10_000)) port.Fail();
        jack.Session.Survey(TimeSpan.Zero);
        jack.Session.Close(EndReason.Stopped);
        Assert.Equal(0, jack.Session.Waiting);
        Assert.All(ports, port => Assert.NotNull(port.Aborted));
        Assert.Equal(1, jack.Budget.Free);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Channel_OpenedWithoutMemory_GetsItsCreditWhenThereIsSome(bool committedMeanwhile)
    {
        var pair = new SessionPair(jackBudget: 10_000).Attach();
        Assert.True(pair.Jack.Budget.TryReserve(9_999));
        ScriptedPort? accepted = null;
        pair.Jenny.OnOpen = channel => accepted = pair.Jenny.Accept(channel);
        if (committedMeanwhile)
        {
            var port = pair.Jack.Open();
            pair.Exchange();
            Check(port);
        }
        else
        {
            pair.Detach();
            var port = pair.Jack.Open();
            pair.Attach();
            Check(port);
        }

        void Check(ScriptedPort port)
        {
            pair.Jack.Budget.Release(9_999);
            pair.Pass(TimeSpan.FromMilliseconds(300));
            pair.Exchange();
            accepted!.Write(SessionPair.Bytes(100));
            pair.Exchange();
            Assert.Equal(SessionPair.Bytes(100), port.Received);
        }
    }
}
