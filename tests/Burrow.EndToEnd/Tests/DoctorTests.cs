using System.Text.Json;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary><c>burrow doctor</c> behind proxies and firewalls: what works, how well, and what stands in the way of the rest.</summary>
public sealed class DoctorTests : WebTunnelTest
{
    async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var doctor = Lab.Client.StartBurrow("doctor", ["doctor", .. arguments]);
        return (await doctor.WaitForExitAsync(150), doctor.Output);
    }

    /// <returns>By way, and whether a proxy is passed.</returns>
    static Dictionary<(string Way, bool Through), JsonElement> Findings(string output) => JsonDocument.Parse(output).RootElement.EnumerateArray()
        .ToDictionary(finding => (finding.GetProperty("way").GetString()!, finding.GetProperty("through").ValueKind != JsonValueKind.Null));

    static string Why(JsonElement finding) => finding.GetProperty("why").GetString() ?? "";

    async Task StartJennyOnAsync(int port, params string[] options)
    {
        StartJenny(["--listen", $"tcp://*:{port}", .. options]);
        (await Lab.Server.ConnectWhenListeningAsync(port)).Dispose();
    }

    [Fact]
    public async Task BehindAStrictProxy_CyclesWork_AndTheRestIsExplained()
    {
        await StartProxyAsync(WebRules.Strict);
        await StartJennyOnAsync(80);
        var (code, output) = await RunAsync(WebUrl, "--proxy", Squid.Url, "--secret-file", Secret, "--json");
        Assert.True(code == 0, output);
        var findings = Findings(output);
        Assert.Equal(8, findings.Count);
        var cycles = findings[("cycles", true)];
        Assert.True(cycles.GetProperty("works").GetBoolean(), output);
        foreach (var found in (string[])["connectMs", "roundTripMs", "upMbps", "downMbps"]) Assert.True(cycles.GetProperty(found).GetDouble() > 0, found);
        Assert.Contains("a question passes", Why(findings[("http", true)]), StringComparison.Ordinal);
        Assert.Contains("Upgrade header was removed", Why(findings[("ws", true)]), StringComparison.Ordinal);
        Assert.Contains("403 Forbidden", Why(findings[("tcp", true)]), StringComparison.Ordinal);
        Assert.All(findings.Where(finding => !finding.Key.Through), direct => Assert.Contains("timed out", Why(direct.Value), StringComparison.Ordinal));
        Assert.Equal(("cycles", true), Assert.Single(findings, finding => finding.Value.GetProperty("chosen").GetBoolean()).Key);
    }

    [Fact]
    public async Task OnAnOpenNetwork_EveryWayIsMeasured_AndTheTableSaysWhichOneJackTakes()
    {
        await StartJennyOnAsync(80);
        var (code, output) = await RunAsync(WebUrl, "--secret-file", Secret, "--json");
        Assert.True(code == 0, output);
        var findings = Findings(output);
        Assert.Equal([("cycles", false), ("http", false), ("tcp", false), ("ws", false)], findings.Keys.Order());
        Assert.All(findings.Values, finding => Assert.True(finding.GetProperty("works").GetBoolean() && finding.GetProperty("upMbps").GetDouble() > 0 && finding.GetProperty("downMbps").GetDouble() > 0, output));
        Assert.True(findings[("ws", false)].GetProperty("chosen").GetBoolean());
        Console.WriteLine(output);

        var (_, table) = await RunAsync(WebUrl);
        Assert.Contains("yes, jack takes it", table, StringComparison.Ordinal);
        Assert.Contains("down, Mbit/s", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxyThatHoldsBodiesBack_IsFoundOut()
    {
        await using var proxy = new WholeBodyProxy(Lab.FirewallHost, keepsOpen: true);
        await StartJennyOnAsync(80);
        var (_, output) = await RunAsync(WebUrl, "--proxy", WholeBodyProxy.Url, "--secret-file", Secret, "--json");
        var findings = Findings(output);
        Assert.Contains("held back for 3 s", Why(findings[("http", true)]), StringComparison.Ordinal);
        Assert.True(findings[("cycles", true)].GetProperty("chosen").GetBoolean(), output);
    }

    [Fact]
    public async Task StrangersCertificate_RefusingProxy_AndUnknownName_AreTold()
    {
        await StartProxyAsync(WebRules.Connect443);
        var certificates = await Certificates.MakeAsync(Lab.Folder);
        await StartJennyOnAsync(443, "--cert", certificates.Certificate, "--key", certificates.Key);
        var (code, output) = await RunAsync("https://server.lab/", "--proxy", Squid.Url, "--json");
        Assert.Contains("The remote certificate is invalid", Why(Findings(output)[("ws", true)]), StringComparison.Ordinal);
        Assert.True(code == 0, output); // tcp through the proxy's CONNECT to port 443

        (code, output) = await RunAsync(WebUrl, "--proxy", Squid.Url, "--json");
        Assert.Equal(1, code);
        Assert.All(Findings(output).Where(finding => finding.Key.Through), finding => Assert.Contains("403 Forbidden", Why(finding.Value), StringComparison.Ordinal));

        (code, output) = await RunAsync("http://nowhere.lab/", "--json");
        Assert.Equal(1, code);
        Assert.All(Findings(output).Values, finding => Assert.Contains("unknown host", Why(finding), StringComparison.Ordinal));
    }
}
