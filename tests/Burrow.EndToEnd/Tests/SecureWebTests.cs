using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The strictest of usual proxies: CONNECT, to port 443 alone. Jenny has an ordinary certificate there, by an authority that the system does not know.</summary>
[Collection(Alone.Name)]
public sealed class SecureWebTests : WebTunnelTest
{
    async Task<Certificates> StartAsync()
    {
        await StartProxyAsync(WebRules.Connect443);
        var certificates = await Certificates.MakeAsync(Lab.Folder);
        StartJenny("--listen", "tcp://*:443", "--cert", certificates.Certificate, "--key", certificates.Key);
        return certificates;
    }

    LabProcess StartJackTrusting(string? authority, string url, params string[] options)
    {
        string[] trust = authority is null ? [] : [$"SSL_CERT_FILE={authority}"];
        return Lab.Client.Start(["env", .. trust, BurrowProgram.Path, "jack", url, "--proxy", Squid.Url, "--secret-file", Secret, .. options], Home());
    }

    [Theory, Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-01")]
    [InlineData("https://server.lab/", "ws", "ws", Traits = ["Category", "Soak"])]
    [InlineData("https://server.lab/", "http", "http", Traits = ["Category", "Soak"])]
    [InlineData($"https://{NetworkLab.ServerAddress}/", "cycles", "cycles")]
    [InlineData("wss://server.lab/", "auto", "ws")]
    public async Task ThroughConnectToPort443_TwentyMegabytesBothWays(string url, string carrier, string way)
    {
        var certificates = await StartAsync();
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        var jack = StartJackTrusting(certificates.Authority, url, "--carrier", carrier, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await TwentyMegabytesAsync(client, server, out _).Within(100, "twenty megabytes both ways");
        await jack.WaitForLineAsync($"by {way} through {Squid.Url}");
        client.Dispose();
    }

    [Fact]
    public async Task CertificateOfAStranger_IsToldAsSuch_AndJackGoesOnTrying()
    {
        await StartAsync();
        var jack = StartJackTrusting(authority: null, "https://server.lab/", "-L", Forward);
        await jack.WaitForLineAsync("The remote certificate is invalid.*SSL_CERT_FILE");
        Assert.False(jack.HasExited);
    }
}
