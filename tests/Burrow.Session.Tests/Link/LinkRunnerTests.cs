using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Tests.Pairs;
using Burrow.Testing;
using Xunit;

namespace Burrow.Session.Tests.Link;

/// <summary>The loops around the session, with real threads.</summary>
public sealed class LinkRunnerTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(60); // no assertion on time: only so that a hang is a failure

    [Theory]
    [InlineData(Mode.Encrypted)]
    [InlineData(Mode.Plaintext)]
    public async Task Channel_OverManyCarriersThatBreak_DeliversEachByteOnceBothWays(Mode mode)
    {
        const int Length = 64 * 1024 * 1024;
        var slabs = LinkSlabs.Pool.Outstanding;
        var (jack, jenny) = (new PairEnd(isJack: true, mode), new PairEnd(isJack: false, mode));
        var (client, clientEnd) = MemoryConnection.CreatePair();
        var (server, serverEnd) = MemoryConnection.CreatePair();
        jenny.OnOpen = channel => jenny.Session.Accept(channel, serverEnd);
        jack.Session.Open(new OpenRequest(new Target("host", 80), 0, null), connection: clientEnd, tag: null);
        var transfers = Task.WhenAll(WriteAsync(client, Length, 1), WriteAsync(server, Length, 2), ReadAsync(client, Length, 2), ReadAsync(server, Length, 1));

        var random = new Random(5);
        var carriers = await CarryUntilAsync(transfers, jack, jenny, () => new FaultPlan { CutReadAt = random.Next(200_000, 8_000_000), MaxPiece = random.Next(2) == 0 ? int.MaxValue : 1400 });

        await transfers;
        Assert.InRange(carriers, 3, 5000);
        Assert.Equal(slabs, LinkSlabs.Pool.Outstanding);
        Assert.Equal(jack.Total, jack.Budget.Free);
        Assert.Equal(jenny.Total, jenny.Budget.Free);
    }

    [Fact]
    public async Task ManyChannels_OverCarriersThatBreak_AllEndInOrder()
    {
        const int Channels = 100;
        var (jack, jenny) = (new PairEnd(isJack: true), new PairEnd(isJack: false));
        var transfers = new List<Task>();
        jenny.OnOpen = channel =>
        {
            var (server, serverEnd) = MemoryConnection.CreatePair(capacity: 1000);
            jenny.Session.Accept(channel, serverEnd);
            lock (transfers)
            {
                transfers.Add(WriteAsync(server, 30_000, 2));
                transfers.Add(ReadAsync(server, 50_000, 1));
            }
        };
        var clients = new List<Task>();
        for (var i = 0; i < Channels; i++)
        {
            var (client, clientEnd) = MemoryConnection.CreatePair(capacity: 3000);
            jack.Session.Open(new OpenRequest(new Target("host", 80), 0, null), connection: clientEnd, tag: null);
            clients.Add(WriteAsync(client, 50_000, 1));
            clients.Add(ReadAsync(client, 30_000, 2));
        }
        var random = new Random(6);
        var all = AllAsync();
        await CarryUntilAsync(all, jack, jenny, () => new FaultPlan { CutReadAt = random.Next(1, 900_000) });
        await all;
        Assert.Equal(2 * Channels, transfers.Count);

        async Task AllAsync()
        {
            await Task.WhenAll(clients);
            await Task.WhenAll(transfers);
        }
    }

    [Fact]
    public async Task ApplicationThatGivesUp_WhileNoCarrierIsUp_LeavesNothingBehind()
    {
        var jack = new PairEnd(isJack: true);
        var (client, clientEnd) = MemoryConnection.CreatePair();
        jack.Session.Open(new OpenRequest(new Target("host", 80), 0, null), connection: clientEnd, tag: null);
        await client.WriteAsync(new byte[100]);
        client.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Reset));
        for (var i = 0; i < 1000 && jack.EndedChannels.Count == 0; i++) await Task.Yield();
        await WaitForAsync(() => jack.EndedChannels.Count == 1 && jack.Budget.Free == jack.Total);
        Assert.Equal(0, jack.Session.Snapshot().Channels);
    }

    [Fact]
    public async Task End_ReachesThePeer_AndBothLoopsEnd()
    {
        var (jack, jenny) = (new PairEnd(isJack: true), new PairEnd(isJack: false));
        var (a, b) = MemoryConnection.CreatePair();
        var runs = Task.WhenAll(
            new LinkRunner(jack.Session, TimeProvider.System).RunAsync(a, AttachPoint.Birth),
            new LinkRunner(jenny.Session, TimeProvider.System).RunAsync(b, AttachPoint.Birth));
        jack.Session.End(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Stopped, "bye"));
        await runs.WaitAsync(Soon);
        Assert.Equal(("bye", EndCause.Stopped, EndSide.Far), (jenny.Ended?.Detail, jenny.Ended?.Cause, jenny.Ended?.Side));
        Assert.Equal(EndCause.Stopped, jack.Ended?.Cause);
    }

    [Fact]
    public async Task AttachThatComesLate_DoesNotTearDownTheNewerCarrier()
    {
        var jenny = new PairEnd(isJack: false);
        var runner = new LinkRunner(jenny.Session, TimeProvider.System);
        var older = jenny.Session.TryTakeEpoch(1, 0);
        var newer = jenny.Session.TryTakeEpoch(2, 0);
        var (a, _) = MemoryConnection.CreatePair();
        var (b, _) = MemoryConnection.CreatePair();
        var running = runner.RunAsync(b, new AttachPoint(2, newer.Start, 0));
        Assert.Equal(EndCause.Superseded, (await runner.RunAsync(a, new AttachPoint(1, older.Start, 0))).Cause);
        Assert.NotNull(a.End);
        Assert.Null(b.End);
        Assert.True(jenny.Session.IsAttached);
        b.Abort(EndReason.Stopped);
        Assert.Equal(EndReason.Stopped, await running.WaitAsync(Soon));
    }

    [Fact]
    public async Task TwoAttachesThatRace_InWhateverOrder_LeaveTheNewerCarrierUp()
    {
        var jenny = new PairEnd(isJack: false);
        var runner = new LinkRunner(jenny.Session, TimeProvider.System);
        var before = Task.FromResult(EndReason.Completed);
        for (var epoch = 1ul; epoch < 400; epoch += 2)
        {
            var older = jenny.Session.TryTakeEpoch(epoch, 0);
            var newer = jenny.Session.TryTakeEpoch(epoch + 1, 0);
            var (a, _) = MemoryConnection.CreatePair();
            var (b, _) = MemoryConnection.CreatePair();
            var up = new TaskCompletionSource();
            var losing = Task.Run(() => runner.RunAsync(a, new AttachPoint(epoch, older.Start, 0)));
            var winning = Task.Run(() => runner.RunAsync(b, new AttachPoint(epoch + 1, newer.Start, 0), _ => up.SetResult()));
            Assert.Equal(EndCause.Superseded, (await losing.WaitAsync(Soon)).Cause);
            await up.Task.WaitAsync(Soon);
            Assert.Equal(EndCause.Superseded, epoch == 1 ? EndCause.Superseded : (await before.WaitAsync(Soon)).Cause);
            Assert.NotNull(a.End);
            Assert.Null(b.End);
            Assert.Same(b, runner.Carrier);
            Assert.True(jenny.Session.IsAttached);
            before = winning;
        }
        runner.Carrier!.Abort(EndReason.Stopped);
        Assert.Equal(EndReason.Stopped, await before.WaitAsync(Soon));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    public async Task OlderCarrier_WhoseWriteDoesNotEnd_IsToldOfAndIsWaitedForTenSecondsAndNoLonger(int seconds)
    {
        var clock = new ManualClock();
        var jack = new PairEnd(isJack: true);
        var lingers = new List<TimeSpan>();
        var runner = new LinkRunner(jack.Session, clock) { OlderLingers = lingers.Add };
        var (a, _) = MemoryConnection.CreatePair();
        var (b, _) = MemoryConnection.CreatePair();
        var stuck = new StuckConnection(a);
        var older = runner.RunAsync(stuck, AttachPoint.Birth);
        var taken = jack.Session.TryTakeEpoch(2, 0);
        var newer = runner.RunAsync(b, new AttachPoint(2, taken.Start, 0));
        await stuck.Abandoned.WaitAsync(Soon);
        Assert.Equal((0, false), (lingers.Count, older.IsCompleted));

        clock.Advance(TimeSpan.FromSeconds(seconds));
        await WaitForAsync(() => lingers.Count == 1);
        Assert.Equal(TimeSpan.FromSeconds(2), lingers[0]);
        if (seconds < 10)
        {
            stuck.Release();
            await WaitForAsync(() => jack.Session.IsAttached);
            Assert.Null(jack.Ended);
            b.Abort(EndReason.Stopped);
            Assert.Equal(EndReason.Stopped, await newer.WaitAsync(Soon));
        }
        else
        {
            Assert.Equal(LinkRunner.OlderStuck, await newer.WaitAsync(Soon));
            Assert.Equal(LinkRunner.OlderStuck, jack.Ended);
            Assert.NotNull(b.End);
            stuck.Release();
        }
        await older.WaitAsync(Soon);
    }

    [Fact]
    public async Task ResetByUs_OfAChannelThatReadsAheadWhileNoCarrierIsUp_GivesItsMemoryBackAndEndsItOnce()
    {
        var jack = new PairEnd(isJack: true);
        var (client, clientEnd) = MemoryConnection.CreatePair();
        var channel = jack.Session.Open(new OpenRequest(new Target("host", 80), 0, null), connection: clientEnd, tag: null);
        await client.WriteAsync(new byte[100]);
        await WaitForAsync(() => jack.Session.Snapshot().QueuedBytes == 100);
        jack.Session.Reset(channel, EndReason.Stopped); // while the port waits for more
        Assert.Equal(Connection.Aborted, await client.ReadAsync(new byte[1]));
        await WaitForAsync(() => jack.Budget.Free == jack.Total);
        jack.Session.Survey(TimeSpan.FromDays(1));
        Assert.Single(jack.EndedChannels);
        Assert.Equal(0, jack.Session.Snapshot().Channels);
    }

    [Fact]
    public async Task ApplicationThatResets_WithMoreUnreadThanIsReadAhead_IsNoticed()
    {
        var jack = new PairEnd(isJack: true, budget: 200_000);
        var (client, clientEnd) = await Loopback.TcpAsync();
        jack.Session.Open(new OpenRequest(new Target("host", 80), 0, null), connection: clientEnd, tag: null);
        while (client.TryWrite(new byte[10_000]) > 0 || jack.Budget.Free > 80_000) await Task.Yield();
        jack.Session.Survey(TimeSpan.FromSeconds(1));
        client.Abort(EndReason.Stopped);
        await WaitForAsync(() =>
        {
            jack.Session.Survey(TimeSpan.FromSeconds(2));
            return jack.EndedChannels.Count == 1 && jack.Budget.Free == jack.Total;
        });
        Assert.Equal(EndCause.Reset, jack.EndedChannels[0].End?.Cause);
    }

    static async Task<int> CarryUntilAsync(Task done, PairEnd jack, PairEnd jenny, Func<FaultPlan> fault)
    {
        var (jacks, jennys) = (new LinkRunner(jack.Session, TimeProvider.System), new LinkRunner(jenny.Session, TimeProvider.System));
        var deadline = Task.Delay(Soon);
        var epoch = 0ul;
        while (!done.IsCompleted)
        {
            var (a, b) = MemoryConnection.CreatePair();
            var his = jack.Session.TryTakeEpoch(++epoch, jenny.Session.Received);
            var hers = jenny.Session.TryTakeEpoch(epoch, his.Received);
            Assert.Null(his.Refusal);
            Assert.Null(hers.Refusal);
            var runs = Task.WhenAll(
                jacks.RunAsync(new FaultyConnection(a, fault(), (int)epoch), new AttachPoint(epoch, his.Start, hers.Start)),
                jennys.RunAsync(b, new AttachPoint(epoch, hers.Start, his.Start)));
            var first = await Task.WhenAny(runs, done, deadline);
            Assert.True(first != deadline, $"stuck: {jack.Session.Snapshot()} {jenny.Session.Snapshot()}");
            if (first == done) a.Abort(EndReason.Stopped);
            foreach (var end in await runs) Assert.NotEqual(EndCause.Protocol, end.Cause);
        }
        jack.Session.Close(EndReason.Stopped);
        jenny.Session.Close(EndReason.Stopped);
        return (int)epoch;
    }

    static async Task WriteAsync(Connection connection, int length, int seed)
    {
        var piece = new byte[50_000];
        for (var start = 0; start < length; start += piece.Length)
        {
            var count = Math.Min(piece.Length, length - start);
            for (var i = 0; i < count; i++) piece[i] = Pattern(start + i, seed);
            Assert.True(await connection.WriteAsync(piece.AsMemory(0, count)), connection.End?.ToString());
        }
        Assert.True(await connection.CompleteAsync());
    }

    static async Task ReadAsync(Connection connection, int length, int seed)
    {
        var buffer = new byte[70_000];
        var total = 0;
        for (int count; (count = await connection.ReadAsync(buffer)) != Connection.EndOfStream; total += count)
        {
            Assert.True(count > 0, connection.End?.ToString());
            for (var i = 0; i < count; i++)
                if (buffer[i] != Pattern(total + i, seed)) Assert.Fail($"a wrong byte at {total + i}");
        }
        Assert.Equal(length, total);
    }

    static byte Pattern(int offset, int seed) => (byte)((offset * 7) + (offset >> 8) + (offset >> 16) + seed);

    static async Task WaitForAsync(Func<bool> condition)
    {
        var deadline = Task.Delay(Soon);
        while (!condition() && !deadline.IsCompleted) await Task.Yield();
        Assert.True(condition());
    }
}
