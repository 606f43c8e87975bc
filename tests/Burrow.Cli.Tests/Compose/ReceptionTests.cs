using Burrow.Carriers;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Compose;
using Burrow.Cli.Compose.Jenny;
using Burrow.Cli.Compose.Maps;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Session;
using Burrow.Session.Handshake;
using Burrow.Session.Mux;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class ReceptionTests : IAsyncLifetime
{
    readonly KeyIdentity _jenny = KeyIdentity.Create();
    readonly KeyIdentity _jack = KeyIdentity.Create();
    readonly ListLogger _log = new();
    ICarrierListener _listener = null!;
    Task _running = null!;

    public async ValueTask InitializeAsync()
    {
        var time = TimeProvider.System;
        var chores = new Chores(_log);
        var repeats = new Repeats(time, _log);
        var context = new SessionEndContext(new MapTable(isJack: false, chores, time, _log, repeats), TcpDialer.Default, chores, time, _log, repeats);
        var credentials = new CredentialTable(Authority.DialAnywhere);
        credentials.Replace([new Credential("jack", _jack.Pin)]);
        var reception = new Reception(new SessionTable(context, credentials.GrantOf, () => 0, TimeSpan.FromHours(1), SessionOptions.Default, new CreditBudget(1 << 20)), credentials, time, _log);
        var url = CarrierUrl.Parse("127.0.0.1:0");
        _listener = (await CarrierRegistry.For(url).ListenAsync(url)).Value!;
        _running = new CarrierPort(new TlsServer(_jenny), reception.ServeAsync, reception.TurnedAway).RunAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _running;
        _jenny.Dispose();
        _jack.Dispose();
    }

    async Task<BirthResult> BirthAsync(KeyIdentity identity)
    {
        var dialled = await CarrierRegistry.DialAsync(_listener.Address, ProxySettings.None, TimeSpan.FromSeconds(20), [], CancellationToken.None);
        var (secured, failure) = await new TlsClient(identity, [_jenny.Pin]).ConnectAsync(dialled.Value!.Value.Connection);
        Assert.Null(failure);
        await using var connection = secured!;
        return await new JackHandshake(connection, CarrierTrust.Tls, TimeSpan.FromSeconds(20), TimeProvider.System).BirthAsync(new Birth(1, 1, Mode.Plaintext, 0, "test"));
    }

    [Fact]
    public async Task AnUnknownKey_IsToldSoTwentyTimes_AndThenTurnedAway_WhileAKnownOneFromThereComesIn()
    {
        using var stranger = KeyIdentity.Create();
        for (var i = 0; i < 20; i++)
        {
            var refused = (await BirthAsync(stranger)).Failure!;
            Assert.Equal((FailureKind.Refused, EndCause.Credential), (refused.Kind, refused.Reason.Cause));
        }
        for (var i = 0; i < 3; i++) Assert.Equal(FailureKind.Lost, (await BirthAsync(stranger)).Failure!.Kind);
        Assert.NotNull((await BirthAsync(_jack)).Born);
        Assert.Single(_log.Lines, line => line.StartsWith("refused 127.0.0.1", StringComparison.Ordinal));
    }
}
