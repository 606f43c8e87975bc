using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Starting and ending: exit codes, and messages that say what to do.</summary>
public sealed class LifecycleTests : TunnelTest
{
    const int Failed = 1;
    const int Usage = 2;
    const int CredentialRefused = 3;
    const int Interrupted = 130;

    [Fact]
    public async Task Version_IsPrinted()
    {
        var program = Lab.Client.StartBurrow("jack", "--version");
        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Matches(@"\d+\.\d+\.\d+", program.Output);
    }

    [Theory]
    [InlineData("jack", Posix.SigInt, Interrupted)]
    [InlineData("jenny", Posix.SigInt, Interrupted)]
    [InlineData("jack", Posix.SigTerm, 0)]
    [InlineData("jenny", Posix.SigTerm, 0)]
    public async Task ASignal_EndsCleanly(string which, int signal, int code)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        Assert.Equal(code, await (which == "jack" ? Jack : Jenny).EndAsync(signal, seconds: 10));
    }

    [Fact]
    public async Task ASignal_DuringAnOutage_EndsAsQuickly()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        await Lab.Firewall.PowerOffAsync();
        await client.SendTextAsync("into the void");
        Assert.Equal(0, await Jack.EndAsync(Posix.SigTerm, seconds: 10));
        Assert.Equal(0, await Jenny.EndAsync(Posix.SigTerm, seconds: 10));
    }

    [Fact, Trait("Promise", "R-BURROW-26")]
    public async Task AWrongSecret_EndsJackWithItsOwnCode_AndJennySaysWho()
    {
        StartJenny();
        var other = await NewSecretAsync("other");
        var stranger = Lab.Client.StartBurrow("stranger", "jack", JennyUrl, "--secret-file", other, "-L", Forward);
        Assert.Equal(CredentialRefused, await stranger.WaitForExitAsync(30));
        Assert.Contains("burrow: ", stranger.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", stranger.Output, StringComparison.Ordinal);
        // The firewall's address is what Jenny sees of him.
        await Jenny.WaitForLineAsync(@"refused 10\.77\.2\.1:\d+.*credential refused");
        Assert.False(Jenny.HasExited);
    }

    [Fact]
    public async Task ASecondJennyOnTheSamePort_SaysSo()
    {
        StartJenny();
        await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        var second = Lab.Server.StartBurrow("jenny2", "jenny", "--secret-file", Secret);
        Assert.Equal(Failed, await second.WaitForExitAsync());
        Assert.Contains("in use", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondJackOnTheSamePort_SaysSo()
    {
        StartBoth();
        (await DialJackAsync()).Dispose();
        var second = Lab.Client.StartBurrow("jack2", "jack", JennyUrl, "--secret-file", Secret, "-L", Forward);
        await second.WaitForLineAsync($"{JackPort}.*in use");
    }

    [Fact]
    public async Task JennyWithoutACredential_RefusesToStart_AndSaysHowToMakeOne()
    {
        var jenny = Lab.Server.StartBurrow("nobody", "jenny");
        Assert.Equal(Usage, await jenny.WaitForExitAsync());
        Assert.Contains("burrow key new", jenny.Output, StringComparison.Ordinal);
    }

    [Fact, Trait("Promise", "R-BURROW-29")]
    public async Task AFiveOctetAddress_IsAnErrorAtItsPlace()
    {
        var file = Path.Combine(Lab.Client.Folder, "burrow.conf");
        await File.WriteAllTextAsync(file, "# The first example that everybody tries.\nmap plaintext 10.1.2.3.4:22 => 10.1.2.3:22\n");
        var check = Lab.Client.StartBurrow("jack", "check", file);
        Assert.Equal(Usage, await check.WaitForExitAsync());
        Assert.Contains("burrow.conf:2:15", check.Output, StringComparison.Ordinal);
    }
}
