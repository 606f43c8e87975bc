using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Both ends on one machine, joined by a unix socket: the kernel says who the other is.</summary>
public sealed class UnixCarrierTests : TunnelTest
{
    [Fact]
    public async Task AUnixSocketOfTheSameUser_NeedsNoSecret_AndTheSessionOutlivesItsConnection()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        var (jennys, middle) = ($"{Lab.Folder}/jenny.sock", $"{Lab.Folder}/middle.sock");
        var jenny = Lab.Server.StartBurrow("jenny", "jenny", "--listen", $"unix:{jennys}");
        await jenny.WaitForLineAsync("waiting");
        var relay = await RelayAsync(middle, jennys);
        var jack = Lab.Server.StartBurrow("jack", "jack", $"unix:{middle}", "-L", Forward);
        using var client = await Lab.Server.ConnectWhenListeningAsync(JackPort);
        await client.EchoAsync("before");
        // socat forks for each connection: the whole group goes.
        Posix.Kill(-relay.Id, Posix.SigKill);
        await relay.WaitForExitAsync();
        File.Delete(middle);
        await RelayAsync(middle, jennys);
        await client.EchoAsync("after");
        Assert.False(jack.HasExited || jenny.HasExited);
    }

    async Task<LabProcess> RelayAsync(string path, string target)
    {
        var socat = Lab.Server.Start(["socat", $"UNIX-LISTEN:{path},fork", $"UNIX-CONNECT:{target}"]);
        await Deadline.UntilAsync(() => File.Exists(path), TimeSpan.FromSeconds(10), "socat does not listen");
        return socat;
    }
}
