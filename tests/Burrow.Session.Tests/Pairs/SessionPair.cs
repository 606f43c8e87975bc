using Burrow.Core;
using Burrow.Session.Mux;
using Xunit;

namespace Burrow.Session.Tests.Pairs;

/// <summary>Jack and Jenny over a path that delivers whatever a test lets it, at once.</summary>
sealed class SessionPair
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];

    ulong _epoch;

    public SessionPair(Mode mode = Mode.Encrypted, long jackBudget = CreditBudget.DefaultTotal, long jennyBudget = CreditBudget.DefaultTotal)
    {
        Jack = new PairEnd(isJack: true, mode, jackBudget);
        Jenny = new PairEnd(isJack: false, mode, jennyBudget);
    }

    public PairEnd Jack { get; }

    public PairEnd Jenny { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>A new carrier, by the steps of docs/protocol.md §3.2.</summary>
    public SessionPair Attach()
    {
        Detach();
        var epoch = ++_epoch;
        var jack = Jack.Session.TryTakeEpoch(epoch, Jenny.Session.Received);
        Assert.Null(jack.Refusal);
        var jenny = Jenny.Session.TryTakeEpoch(epoch, jack.Received);
        Assert.Null(jenny.Refusal);
        Jenny.Link = Jenny.Session.Attach(new AttachPoint(epoch, jenny.Start, jack.Start), Now);
        Jack.Link = Jack.Session.Attach(new AttachPoint(epoch, jack.Start, jenny.Start), Now);
        Assert.NotNull(Jenny.Link);
        Assert.NotNull(Jack.Link);
        return this;
    }

    public void Detach()
    {
        foreach (var end in new[] { Jack, Jenny })
        {
            if (end.Link is { } link) end.Session.Detach(link);
            end.Link = null;
        }
    }

    public void Pass(TimeSpan time)
    {
        Now += time;
        foreach (var end in new[] { Jack, Jenny })
            if (end.Link is { } link) Assert.Null(end.Session.Tick(link, Now));
    }

    /// <summary>Lets both ends say what they have to say until neither has anything more.</summary>
    public void Exchange()
    {
        for (var rounds = 0; Step(Jack, Jenny) | Step(Jenny, Jack); rounds++) Assert.True(rounds < 10_000, "the two ends do not come to rest");
    }

    /// <summary>… and what they say only after a while: acknowledgements.</summary>
    public void Settle()
    {
        for (var i = 0; i < 12; i++)
        {
            Exchange();
            Pass(TimeSpan.FromMilliseconds(30));
        }
        Exchange();
    }

    bool Step(PairEnd from, PairEnd to)
    {
        if (from.Link is null || to.Link is null || from.Session.Ended is not null) return false;
        var batch = from.Session.Produce(from.Link, Now);
        if (batch.IsEmpty) return false;
        var end = to.Session.Receive(to.Link, batch.Span, Now);
        Assert.True(end is null || end.Cause != EndCause.Protocol, end?.ToString());
        if (from.Session.EndSent) from.Session.CloseAfterEnd();
        return true;
    }

    /// <summary>Nothing is left of any channel, and all memory is back.</summary>
    public void AssertClean()
    {
        foreach (var end in new[] { Jack, Jenny })
        {
            var left = end.Session.Snapshot();
            Assert.Equal(0, left.Channels);
            Assert.Equal(0, left.UnackedBytes);
            Assert.Equal(0, left.QueuedBytes);
            if (end.Session.Ended is not null && end.Link is { } link) end.Session.Detach(link); // what the writer still holds
            Assert.Equal(end.Total, end.Budget.Free);
        }
    }

    public static byte[] Bytes(int length, int seed = 7) => [.. Enumerable.Range(0, length).Select(index => (byte)((index * 31) + (index >> 8) + seed))];
}
