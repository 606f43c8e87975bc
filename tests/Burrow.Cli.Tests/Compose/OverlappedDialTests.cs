using Burrow.Carriers;
using Burrow.Cli.Compose.Jack;
using Burrow.Core;
using Burrow.Testing;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class OverlappedDialTests
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    readonly ManualClock _clock = new();
    readonly List<(TaskCompletionSource<CarrierResult<Carried?>> Answer, CancellationToken Stop)> _dials = [];
    readonly CancellationTokenSource _stop = new();
    int _most;

    Task<CarrierResult<Carried?>> DialAsync() => OverlappedDial.DialAsync(Begin, Every, Timeout, _clock, _stop.Token).AsTask();

    ValueTask<CarrierResult<Carried?>> Begin(CancellationToken stop)
    {
        var answer = new TaskCompletionSource<CarrierResult<Carried?>>();
        stop.Register(() => answer.TrySetResult(Failed(EndCause.Stopped)));
        lock (_dials)
        {
            _dials.Add((answer, stop));
            _most = Math.Max(_most, _dials.Count(dial => !dial.Answer.Task.IsCompleted));
        }
        return new ValueTask<CarrierResult<Carried?>>(answer.Task);
    }

    async Task PassAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            while (_clock.ActiveTimers == 0) await Task.Yield();
            _clock.Advance(Every);
        }
    }

    async Task BegunAsync(int count)
    {
        while (true)
        {
            lock (_dials)
            {
                if (_dials.Count >= count) return;
            }
            await Task.Yield();
        }
    }

    static CarrierResult<Carried?> Failed(EndCause cause) => new(null, new EndReason(EndPhase.Dial, EndSide.Path, cause));

    static CarrierResult<Carried?> Connected(out MemoryConnection far)
    {
        (var near, far) = MemoryConnection.CreatePair();
        return new(new Carried(near, SameUser: false), null);
    }

    [Fact]
    public async Task AnAttemptThatHangs_IsFollowedByFreshOnes_AndTheFirstThatConnectsWins()
    {
        var dialling = DialAsync();
        await PassAsync(2);
        await BegunAsync(3);
        _dials[1].Answer.SetResult(Connected(out _));
        var result = await dialling;
        Assert.NotNull(result.Value);
        Assert.All(_dials.Where((_, i) => i != 1), dial => Assert.True(dial.Stop.IsCancellationRequested));
    }

    [Fact]
    public async Task ARefusal_IsAnAnswer()
    {
        var dialling = DialAsync();
        await PassAsync(1);
        await BegunAsync(2);
        _dials[1].Answer.SetResult(Failed(EndCause.Refused));
        Assert.Equal(EndCause.Refused, (await dialling).Failure!.Cause);
    }

    [Fact]
    public async Task OnASilentPath_OnlySoManyHangAtOnce_AndItIsGivenUpInTheEnd()
    {
        var dialling = DialAsync();
        for (var i = 1; i <= 40; i++)
        {
            await BegunAsync(i);
            await PassAsync(1);
        }
        Assert.Equal(EndCause.TimedOut, (await dialling).Failure!.Cause);
        Assert.Equal(40, _dials.Count);
        Assert.InRange(_most, 8, 9); // the oldest is told to go just before the next begins
        Assert.All(_dials, dial => Assert.True(dial.Answer.Task.IsCompleted));
    }

    [Fact]
    public async Task ALateWinner_IsClosed()
    {
        var dialling = DialAsync();
        await PassAsync(1);
        await BegunAsync(2);
        var late = Connected(out var far);
        _dials[1].Stop.Register(() => _dials[1].Answer.TrySetResult(late)); // it connects in the moment in which it is told to stop
        _dials[0].Answer.SetResult(Connected(out _));
        var winner = (await dialling).Value!.Value.Connection;
        Assert.NotSame(late.Value!.Value.Connection, winner);
        Assert.Equal(Connection.Aborted, await far.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Stopped_ItEndsAtOnce()
    {
        var dialling = DialAsync();
        await BegunAsync(1);
        await _stop.CancelAsync();
        Assert.Equal(EndCause.Stopped, (await dialling).Failure!.Cause);
    }
}
