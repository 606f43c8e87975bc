using Burrow.Core;
using Burrow.Session.Mux;
using Xunit;

namespace Burrow.Session.Tests.Mux;

public sealed class ChannelSchedulerTests
{
    readonly ChannelScheduler _scheduler = new();
    ulong _nextId = 1;

    [Fact]
    public void SparseChannel_PassesAllThatHaveABacklog()
    {
        var bulk = Enumerable.Range(0, 100).Select(_ => Create()).ToArray();
        foreach (var channel in bulk) Turn(channel, dry: false);
        var keystroke = Create();
        _scheduler.Offer(keystroke);
        Assert.Same(keystroke, _scheduler.Next());
    }

    [Fact]
    public void Keystrokes_OneAfterAnother_PassTheBacklogEveryTime()
    {
        var bulk = Enumerable.Range(0, 100).Select(_ => Create()).ToArray();
        foreach (var channel in bulk) Turn(channel, dry: false);
        var keystroke = Create();
        for (var i = 0; i < 50; i++)
        {
            keystroke.Readable = true;
            _scheduler.Offer(keystroke);
            Assert.Same(keystroke, _scheduler.Next());
            _scheduler.Served(keystroke, 10);
            ChannelScheduler.RanDry(keystroke);
            var other = _scheduler.Next()!;
            _scheduler.Served(other, SessionTuning.SharedQuantum);
            _scheduler.Offer(other);
        }
    }

    [Fact]
    public void BulkChannels_TakeTurns()
    {
        var channels = Enumerable.Range(0, 5).Select(_ => Create()).ToArray();
        foreach (var channel in channels) _scheduler.Offer(channel);
        var turns = channels.ToDictionary(channel => channel, _ => 0);
        for (var i = 0; i < 500; i++)
        {
            var channel = _scheduler.Next()!;
            turns[channel]++;
            _scheduler.Served(channel, SessionTuning.SharedQuantum);
            _scheduler.Offer(channel);
        }
        Assert.All(turns.Values, count => Assert.InRange(count, 99, 101));
    }

    [Fact]
    public void ChannelThatGivesLittleAtATime_DoesNotStarveTheOthers()
    {
        // A local end that hands on one small piece a read looks dry after each of its turns, and is readable again at once.
        var bulk = Create();
        Turn(bulk, dry: false);
        var trickle = Create();
        long bulkBytes = 0, trickleBytes = 0;
        trickle.Readable = true;
        _scheduler.Offer(trickle);
        for (var i = 0; i < 1000; i++)
        {
            var channel = _scheduler.Next()!;
            if (channel == bulk)
            {
                bulkBytes += SessionTuning.SharedQuantum;
                _scheduler.Served(bulk, SessionTuning.SharedQuantum);
            }
            else
            {
                trickleBytes += 1000;
                _scheduler.Served(trickle, 1000);
                ChannelScheduler.RanDry(trickle);
                trickle.Readable = true;
            }
            _scheduler.Offer(channel);
        }
        Assert.True(bulkBytes > trickleBytes / 2, $"bulk {bulkBytes}, trickle {trickleBytes}");
    }

    [Fact]
    public void ChannelsThatCannotSend_AreLeftOut()
    {
        var noCredit = Create();
        noCredit.SendCredit = 0;
        var notReadable = Create();
        notReadable.Readable = false;
        var over = Create();
        var uncommitted = Create();
        uncommitted.Id = 0;
        _scheduler.Offer(over);
        over.Over = true;
        foreach (var channel in new[] { noCredit, notReadable, uncommitted }) _scheduler.Offer(channel);
        Assert.Null(_scheduler.Next());
        Assert.False(_scheduler.IsContended);
    }

    Channel Create() => new(new OpenRequest(new Target("host", 1), 0, null), opener: true) { Id = _nextId += 2, SendCredit = ulong.MaxValue, Readable = true };

    void Turn(Channel channel, bool dry)
    {
        _scheduler.Offer(channel);
        Assert.Same(channel, _scheduler.Next());
        _scheduler.Served(channel, SessionTuning.SharedQuantum);
        if (dry) ChannelScheduler.RanDry(channel);
        _scheduler.Offer(channel);
    }
}
