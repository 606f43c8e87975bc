using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Ends with keys of their own: who is let in, and what an entry of the authorized file permits.</summary>
public sealed class IdentityTests : TunnelTest
{
    const int Refused = 3; // the exit code

    sealed record Identity(string File, string Pin);

    Identity _jenny = null!;
    Identity _jack = null!;
    Identity _other = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (_jenny, _jack, _other) = (await NewIdentityAsync("jenny.key"), await NewIdentityAsync("jack.key"), await NewIdentityAsync("other.key"));
    }

    [Fact]
    public async Task AnUnknownPin_EndsJackWithThree_AndIsNamedOnBothSides()
    {
        await StartJennyAsync(_other.Pin);
        var jack = StartJack("jack", _jack, _jenny.Pin, "-L", Forward);
        Assert.Equal(Refused, await jack.WaitForExitAsync());
        Assert.Contains($"unknown pin {_jack.Pin}", jack.Output, StringComparison.Ordinal);
        await Jenny.WaitForLineAsync($"refused .*{_jack.Pin}");
    }

    [Fact]
    public async Task AJennyWithAnotherPin_EndsJackWithThree()
    {
        await StartJennyAsync(_jack.Pin);
        var jack = StartJack("jack", _jack, _other.Pin, "-L", Forward);
        Assert.Equal(Refused, await jack.WaitForExitAsync());
        Assert.Contains($"wrong pin: the other side's key is {_jenny.Pin}", jack.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APinThatIsTakenOut_LosesItsSessionsAtTheHangup_AndNobodyElseDoes()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        await StartJennyAsync(_jack.Pin, _other.Pin);
        var jack = StartJack("jack", _jack, _jenny.Pin, "-L", Forward);
        StartJack("other", _other, _jenny.Pin, "-L", $"9001:127.0.0.1:{ServicePort}");
        using var client = await DialJackAsync();
        using var stays = await Lab.Client.ConnectWhenListeningAsync(9001);
        await client.EchoAsync("before");
        await stays.EchoAsync("before");
        await AuthorizeAsync(_other.Pin);
        Jenny.Signal(Posix.SigHup);
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(20, "the end of a connection whose Jack was taken out"));
        Assert.Equal(Refused, await jack.WaitForExitAsync());
        await stays.EchoAsync("after");
    }

    [Fact]
    public async Task WhatAnEntryPermits_HoldsInsteadOfJennysOwn()
    {
        await using var permitted = SocketService.Echo(Lab.Server, ServicePort);
        await using var forbidden = SocketService.Echo(Lab.Server, 7001);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        await StartJennyAsync($"{_jack.Pin} permit-dial=127.0.0.1:{ServicePort} permit-listen=*:{JennyPort}", _other.Pin);
        var jack = StartJack("jack", _jack, _jenny.Pin, "-L", Forward, "-L", "9001:127.0.0.1:7001", "-R", Reverse, "-R", $"9101:127.0.0.1:{JackServicePort}");
        using var good = await DialJackAsync();
        await good.EchoAsync("permitted");
        using var goodReverse = await DialJennyAsync();
        await goodReverse.EchoAsync("permitted");
        using var bad = await Lab.Client.ConnectWhenListeningAsync(9001);
        Assert.Equal(SocketError.ConnectionReset, await bad.HowItEndsAsync().Within(20, "the reset"));
        await jack.WaitForLineAsync("7001.*not permitted");
        await jack.WaitForLineAsync("9101.*not permitted");
        await Assert.ThrowsAsync<SocketException>(() => Lab.Server.ConnectAsync(9101));
        Assert.Empty(forbidden.Callers);

        // Who has no such entry may do what Jenny permits everybody.
        StartJack("other", _other, _jenny.Pin, "-L", "9002:127.0.0.1:7001");
        using var others = await Lab.Client.ConnectWhenListeningAsync(9002);
        await others.EchoAsync("permitted to him");
    }

    string Authorized => Path.Combine(Lab.Folder, "authorized");

    async Task AuthorizeAsync(params string[] entries)
    {
        await File.WriteAllLinesAsync(Authorized, entries);
        File.SetUnixFileMode(Authorized, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    async Task StartJennyAsync(params string[] entries)
    {
        await AuthorizeAsync(entries);
        var started = Lab.Server.StartBurrow("jenny", "jenny", "--identity", _jenny.File, "--authorized", Authorized);
        await started.WaitForLineAsync("waiting for tunnels");
        Jenny = started;
    }

    LabProcess StartJack(string user, Identity identity, string pin, params string[] options) =>
        Lab.Client.StartBurrow(user, ["jack", JennyUrl, "--identity", identity.File, "--pin", pin, .. options]);

    async Task<Identity> NewIdentityAsync(string name)
    {
        var file = Path.Combine(Lab.Folder, name);
        Assert.Equal(0, await Lab.Client.StartBurrow("keys", "key", "new", "--identity", "-o", file).WaitForExitAsync());
        var pin = Lab.Client.StartBurrow("keys", "key", "pin", file);
        Assert.Equal(0, await pin.WaitForExitAsync());
        return new Identity(file, pin.Lines.Single(line => line.StartsWith("sha256:", StringComparison.Ordinal)));
    }
}
