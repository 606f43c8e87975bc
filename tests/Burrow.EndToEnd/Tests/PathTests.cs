using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The path breaks under an open connection in every way that paths break, and the connection carries on, both ways.</summary>
public sealed class PathTests : CarriesOnTest
{
    [Fact]
    public Task ClientRoams_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.RoamAsync());

    [Fact]
    public Task PublicAddressChanges_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.ChangePublicAddressAsync());

    [Theory]
    [InlineData(UnknownPackets.Dropped)]
    [InlineData(UnknownPackets.Reset)]
    public Task FirewallForgets_ConnectionsGoOn(UnknownPackets afterwards) => GoesOnAfterAsync(() => Lab.Firewall.ForgetAsync(afterwards));

    [Fact, Trait("Promise", "R-BURROW-04")]
    public Task ConnectionsAreReset_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.ResetConnectionsAsync());

    [Theory]
    [InlineData(Direction.ToServer)]
    [InlineData(Direction.ToClient)]
    [InlineData(Direction.Both)]
    public Task PacketsVanish_ForAWhile_ConnectionsGoOn(Direction direction) => GoesOnAfterAsync(async () =>
    {
        await Lab.Firewall.OpenHoleAsync(direction);
        await Task.Delay(TimeSpan.FromSeconds(4));
        await Lab.Firewall.CloseHoleAsync();
    });

    [Fact]
    public async Task FirewallForgetsIdleConnections_ConnectionsGoOn()
    {
        await Lab.Firewall.ForgetIdleAsync(2);
        await GoesOnAfterAsync(Lab.Firewall.AllForgottenAsync, traffic: false);
    }

    [Theory, Trait("Promise", "R-BURROW-03")]
    [InlineData("plaintext")]
    [InlineData("obfuscated")]
    public Task FirewallReboots_InEveryMode_ConnectionsGoOn(string mode) => GoesOnAfterAsync(() => Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1)), mode: mode);
}
