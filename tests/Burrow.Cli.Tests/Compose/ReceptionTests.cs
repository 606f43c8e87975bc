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
    public async Task AnUnknownKey_IsToldSoHoweverOftenItComes_AndLoggedOnce_WhileAKnownOneFromThereComesIn()
    {
        using var stranger = KeyIdentity.Create();
        for (var i = 0; i < 23; i++) // the last three beyond the limit
        {
            var refused = (await BirthAsync(stranger)).Failure!;
            Assert.Equal((FailureKind.Refused, EndCause.Credential), (refused.Kind, refused.Reason.Cause));
        }
        Assert.NotNull((await BirthAsync(_jack)).Born);
        Assert.Single(Told("refused 127.0.0.1"), line => line.Contains("only with -v", StringComparison.Ordinal)); // the others for debugging alone
    }

    [Fact]
    public async Task ARefusedAttach_IsLoggedWithItsAddress_WhoeverLeftFromThereBefore()
    {
        await (await DialAsync()).DisposeAsync();
        await LoggedAsync("caller 127.0.0.1");
        var first = await AttachNobodysAsync();
        var second = await AttachNobodysAsync();
        Assert.Contains(Told($"refused {first}: attach: unknown session"), line => line.Contains("only with -v", StringComparison.Ordinal));
        Assert.DoesNotContain(Told($"refused {second}: attach: unknown session"), line => line.Contains("only with -v", StringComparison.Ordinal));
    }

    async Task<Connection> DialAsync() =>
        (await CarrierRegistry.DialAsync(_listener.Address, ProxySettings.None, TimeSpan.FromSeconds(20), [], CancellationToken.None)).Value!.Value.Connection;

    /// <summary>Attaches, in plaintext, a session that there never was.</summary>
    /// <returns>The address from which.</returns>
    async Task<string> AttachNobodysAsync()
    {
        await using var connection = await DialAsync();
        var from = connection.LocalEndPoint!.ToString()!;
        await connection.WriteAsync((byte[])[0x81, 4, 0, 57, (byte)Mode.Plaintext, .. new byte[56]]);
        await connection.CompleteAsync();
        var answer = new byte[1024];
        while (await connection.ReadAsync(answer) > 0) { }
        await LoggedAsync($"refused {from}");
        return from;
    }

    IEnumerable<string> Told(string start) => _log.Lines.Where(line => line.StartsWith(start, StringComparison.Ordinal));

    async Task LoggedAsync(string start)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!Told(start).Any()) await Task.Delay(10, limit.Token);
    }
}
