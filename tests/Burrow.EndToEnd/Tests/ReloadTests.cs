using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The configuration is read again on SIGHUP, under open connections.</summary>
public sealed class ReloadTests : TunnelTest
{
    [Fact]
    public async Task Hangup_OpensNewMaps_ClosesRemovedOnes_AndTouchesNoConnection()
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartJenny();
        await StartJackAsync("127.0.0.1:9000 => 127.0.0.1:7070", "127.0.0.1:9001 => 127.0.0.1:7070", "127.0.0.1:7100 <= 127.0.0.1:9100");
        using var stays = await DialJackAsync();
        using var removed = await Lab.Client.ConnectWhenListeningAsync(9001);
        using var removedReverse = await DialJennyAsync();
        foreach (var client in new[] { stays, removed, removedReverse }) await client.EchoAsync("before");

        await ConfigureAsync("127.0.0.1:9000 => 127.0.0.1:7070", "127.0.0.1:9002 => 127.0.0.1:7070", "127.0.0.1:7100 <= 127.0.0.1:9101");
        Jack.Signal(Posix.SigHup);
        await Jack.WaitForLineAsync("read again");
        foreach (var client in new[] { stays, removed, removedReverse }) await client.EchoAsync("after");
        using var added = await Lab.Client.ConnectWhenListeningAsync(9002);
        await added.EchoAsync("added");
        using var addedReverse = await Lab.Server.ConnectWhenListeningAsync(9101);
        await addedReverse.EchoAsync("added");
        await NobodyListensAsync(Lab.Client, 9001);
        await NobodyListensAsync(Lab.Server, JennyPort);
        await Jack.WaitForLineAsync("127.0.0.1:7100 <= 127.0.0.1:9100: removed");
        await Jenny.WaitForLineAsync("no longer listening on port 9100");
    }

    [Fact]
    public async Task Hangup_WithAMistakeInTheFile_SaysWhere_AndChangesNothing()
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        await StartJackAsync("127.0.0.1:9000 => 127.0.0.1:7070");
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        await ConfigureAsync("127.0.0.1.5:9000 => 127.0.0.1:7070");
        Jack.Signal(Posix.SigHup);
        await Jack.WaitForLineAsync("burrow\\.conf:3:");
        await client.EchoAsync("after");
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("fresh");
    }

    [Fact]
    public async Task HangupOfJenny_WithAMapInANewMode_ServesJacksWhoComeAfterwards()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        var file = Path.Combine(Lab.Server.Folder, "jenny.conf");
        await File.WriteAllTextAsync(file, $"config secret-file {Secret}\n");
        var jenny = Lab.Server.StartBurrow("jenny", "jenny", "-c", file);
        StartJack("-L", Forward);
        using (var client = await DialJackAsync()) await client.EchoAsync("before");
        await File.AppendAllTextAsync(file, $"map plaintext 127.0.0.1:{JackServicePort} <= 127.0.0.1:{JennyPort}\n");
        jenny.Signal(Posix.SigHup);
        using (var early = await DialJennyAsync())
            Assert.Equal(SocketError.ConnectionReset, await early.HowItEndsAsync().Within(20, "the reset of a client for whom there is no session"));
        await Jack.EndAsync(Posix.SigTerm);
        // What Jenny may ask of Jack is what his own maps name, or what he permits.
        StartJack("-L", Forward, "--permit-dial", $"127.0.0.1:{JackServicePort}");
        await Jack.WaitForLineAsync("plaintext tunnel with .* is up");
        using var late = await DialJennyAsync();
        await late.EchoAsync("served");
    }

    [Fact]
    public async Task HangupOfJenny_AfterTheSecretFileChanged_LocksNobodyOut_AndSaysThatItNeedsARestart()
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        var old = Path.Combine(Lab.Folder, "old-secret");
        File.Copy(Secret, old);
        StartBoth();
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        await File.WriteAllTextAsync(Secret, await File.ReadAllTextAsync(await NewSecretAsync("other-secret")));
        Jenny.Signal(Posix.SigHup);
        await Jenny.WaitForLineAsync("the secret was changed.*needs a restart");
        await Jenny.WaitForLineAsync("read again");
        await client.EchoAsync("after");
        Lab.Client.StartBurrow("second", "jack", JennyUrl, "--secret-file", old, "-L", $"9001:127.0.0.1:{ServicePort}");
        using var second = await Lab.Client.ConnectWhenListeningAsync(9001);
        await second.EchoAsync("comes in");
        Assert.DoesNotContain(Jenny.Lines, line => line.Contains("is over", StringComparison.Ordinal));
    }

    async Task StartJackAsync(params string[] maps)
    {
        await ConfigureAsync(maps);
        StartJackFrom(ConfigurationFile);
    }

    string ConfigurationFile => Path.Combine(Lab.Client.Folder, "burrow.conf");

    Task ConfigureAsync(params string[] maps) =>
        File.WriteAllLinesAsync(ConfigurationFile, [$"config tunnel {JennyUrl}", $"config secret-file {Secret}", .. maps.Select(map => $"map encrypted {map}")]);

    static Task NobodyListensAsync(LabHost host, int port) => Deadline.UntilAsync(
        async () =>
        {
            try
            {
                (await host.ConnectAsync(port)).Dispose();
                return false;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return true;
            }
        },
        TimeSpan.FromSeconds(20), $"somebody still listens on port {port} of {host.Name}");
}
