using Burrow.Carriers.Identity;
using Burrow.Cli.Compose;
using Burrow.Cli.Compose.Jenny;
using Burrow.Cli.Compose.Maps;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Session;
using Burrow.Session.Handshake;
using Burrow.Session.Mux;
using Burrow.Testing;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class SessionTableTests
{
    static readonly Pin Alice = KeyIdentity.Create().Pin;
    static readonly Pin Bob = KeyIdentity.Create().Pin;

    readonly ManualClock _clock = new();
    readonly ListLogger _log = new();
    readonly CredentialTable _credentials = new(Authority.DialAnywhere);
    readonly SessionTable _table;

    public SessionTableTests()
    {
        var chores = new Chores(_log);
        var repeats = new Repeats(_clock, _log);
        var context = new SessionEndContext(new MapTable(isJack: false, chores, _clock, _log, repeats), TcpDialer.Default, chores, _clock, _log, repeats);
        _table = new SessionTable(context, _credentials.GrantOf, () => 0, TimeSpan.FromHours(1), SessionOptions.Default, new CreditBudget(1 << 20));
    }

    IAttachable Born(Pin pin, UInt128 instance, ulong run = 1, Mode mode = Mode.Encrypted, byte path = 0)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return Assert.IsType<BirthDecision.Granted>(Birth(pin, instance, run, mode, path)).Session;
    }

    BirthDecision Birth(Pin pin, UInt128 instance, ulong run = 1, Mode mode = Mode.Encrypted, byte path = 0) =>
        _table.Birth(new BirthRequest(new Birth(instance, run, mode, path, ""), pin.Text, "10.0.0.1:1"));

    Task<Session.Session?> PickAsync() => _table.PickAsync(Mode.Encrypted, Task.CompletedTask).AsTask();

    [Fact]
    public async Task OwnMaps_LeadToTheOnlyOne_OrToThoseForWhomTheyAreMeant()
    {
        _credentials.Replace([new Credential("alice", Alice)]);
        var alice = Born(Alice, 1);
        Assert.Same(alice, await PickAsync());

        _credentials.Replace([new Credential("alice", Alice), new Credential("bob", Bob, OwnMaps: true)]);
        var again = Born(Alice, 1, run: 2);
        Assert.Null(await PickAsync());
        var bob = Born(Bob, 2);
        Assert.Same(bob, await PickAsync());
        Assert.NotNull(_table.Get(again.Id));
    }

    [Fact]
    public void BeyondTheSessionsOfACredential_AnotherJacksOldestGoes_AndIsTold_ThatItWasTheLimit()
    {
        _credentials.Replace([new Credential("all", Alice, MaxSessions: 3)]);
        var oldest = Born(Alice, instance: 1);
        var newer = Born(Alice, instance: 2);
        var own = Born(Alice, instance: 3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Born(Alice, instance: 3, path: 1);
        Assert.Null(_table.Get(oldest.Id));
        Assert.NotNull(_table.Get(newer.Id));
        Assert.NotNull(_table.Get(own.Id));
        Assert.Contains(_log.Lines, line => line.StartsWith($"session {oldest.Id}", StringComparison.Ordinal) && line.Contains("limit reached", StringComparison.Ordinal) && line.Contains("max-sessions is 3", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("superseded", StringComparison.Ordinal));
    }

    [Fact]
    public void BeyondTheSessionsOfACredential_AJackDoesNotLoseHisOwn()
    {
        _credentials.Replace([new Credential("all", Alice, MaxSessions: 1)]);
        var own = Born(Alice, instance: 1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(EndCause.Busy, Assert.IsType<BirthDecision.Refused>(Birth(Alice, instance: 1, mode: Mode.Plaintext)).Reason.Cause);
        Assert.NotNull(_table.Get(own.Id));
        Born(Alice, instance: 1, run: 2); // a newer run of his is another matter
        Assert.Null(_table.Get(own.Id));
    }

    [Fact]
    public void ASessionThatMayStillBeOnItsWay_IsNotTakenForOneThatWasLeft()
    {
        _credentials.Replace([new Credential("all", Alice, MaxSessions: 1)]);
        var young = Born(Alice, instance: 1);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(EndCause.Busy, Assert.IsType<BirthDecision.Refused>(Birth(Alice, instance: 2)).Reason.Cause);
        Assert.NotNull(_table.Get(young.Id));
        Born(Alice, instance: 2); // a second later
        Assert.Null(_table.Get(young.Id));
    }

    [Fact]
    public void ANewerRun_EndsTheOlderOnesSessions_AndAnOlderOneIsRefused()
    {
        _credentials.Replace([new Credential("all", Alice)]);
        var old = Born(Alice, instance: 1, run: 5);
        var other = Born(Alice, instance: 2, run: 1);
        Born(Alice, instance: 1, run: 6, mode: Mode.Plaintext);
        Assert.Null(_table.Get(old.Id));
        Assert.NotNull(_table.Get(other.Id));
        Assert.Equal(EndCause.Superseded, Assert.IsType<BirthDecision.Refused>(Birth(Alice, instance: 1, run: 5)).Reason.Cause);
    }

    [Fact]
    public void WhoWasTakenOut_IsRefused_AndHisSessionsEnd()
    {
        _credentials.Replace([new Credential("alice", Alice), new Credential("bob", Bob)]);
        var alice = Born(Alice, 1);
        var bob = Born(Bob, 2);
        _credentials.Replace([new Credential("bob", Bob)]);
        _table.EndRevoked();
        Assert.Equal(EndCause.Credential, Assert.IsType<BirthDecision.Refused>(Birth(Alice, 1)).Reason.Cause);
        Assert.NotNull(_table.Get(bob.Id));
        Assert.Null(_table.Find(alice.Id, Bob.Text));
    }

    [Fact]
    public void Quotas_GoOnCounting_WhenTheFileIsReadAgainWithTheSameLimits()
    {
        _credentials.Replace([new Credential("alice", Alice, MaxChannels: 1, MaxListeners: 1)]);
        var first = _credentials.GrantOf(Alice.Text)!.Quotas;
        Assert.True(first.Channels.TryEnter());
        Assert.True(first.Listeners.TryEnter());
        Assert.False(first.Channels.TryEnter());
        _credentials.Replace([new Credential("alice", Alice, MaxChannels: 1, MaxListeners: 2)]);
        var second = _credentials.GrantOf(Alice.Text)!.Quotas;
        Assert.Same(first.Channels, second.Channels);
        Assert.False(second.Channels.TryEnter());
        Assert.True(second.Listeners.TryEnter());
        first.Channels.Leave();
        Assert.True(second.Channels.TryEnter());
    }
}
