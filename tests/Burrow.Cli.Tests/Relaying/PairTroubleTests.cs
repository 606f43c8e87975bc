using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>listentwo and connecttwo with clients, services and partners that don't do what one hopes for.</summary>
public sealed class PairTroubleTests : IAsyncDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly List<ToolProcess> _tools = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var tool in _tools) await tool.DisposeAsync();
        _directory.Dispose();
    }

    ToolProcess Start(params string[] arguments)
    {
        var tool = ToolProcess.Start(ToolProcess.Program, new Dictionary<string, string> { ["BURROW_DIRECTORY"] = _directory.Path }, arguments);
        _tools.Add(tool);
        return tool;
    }

    async Task<(ToolProcess Tool, int Clients, int Helpers)> ListenTwoAsync(params string[] more)
    {
        var tool = Start(["listentwo", "-s", "0", "-d", "0", .. more]);
        return (tool, await tool.PortAsync(0), await tool.PortAsync(1));
    }

    ToolProcess ConnectTwo(int helpers, int service, params string[] more) => Start(["connecttwo", "-s", Local(helpers), "-d", Local(service), .. more]);

    static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    async Task<string[]> KindAsync(string kind)
    {
        if (kind != "resume") return [];
        await Start("key", "new", "-o", _directory.File("secret")).EndAsync();
        return ["--resume", "--secret-file", _directory.File("secret")];
    }

    [Fact]
    public async Task R_SHD_54_WithoutHello_AClientWhoOnlyListens_KeepsNobodyWaiting()
    {
        var (service, port) = Peers.Echo("S");
        using var _ = service;
        var (__, clients, helpers) = await ListenTwoAsync();
        ConnectTwo(helpers, port);
        var quiet = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            quiet.Add(await Peers.ConnectAsync(clients));
            Assert.Equal("S", await quiet[^1].ReadTextAsync(1));
        }
        using var client = await Peers.ConnectAsync(clients);
        await client.SendTextAsync("asked");
        Assert.Equal("Sasked", await client.ReadTextAsync(6));
        foreach (var one in quiet)
        {
            await one.SendTextAsync("late");
            Assert.Equal("late", await one.ReadTextAsync(4));
            one.Dispose();
        }
    }

    /// <summary>After each of these the pause would have doubled: the twelfth would have come after a minute.</summary>
    [Fact]
    public async Task R_SHD_54_WithoutHello_SessionsThatOnlyReceive_AreNoFailures()
    {
        var (service, port) = Peers.Listen();
        using var closed = service;
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var asked = await service.AcceptAsync();
                    await asked.SendTextAsync("noon");
                    asked.Shutdown(SocketShutdown.Send);
                    await asked.ReadAllAsync();
                }
            }
            catch (SocketException)
            {
                // The test is over.
            }
        });
        var (__, clients, helpers) = await ListenTwoAsync();
        ConnectTwo(helpers, port);
        await Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
            {
                using var client = await Peers.ConnectAsync(clients);
                client.Shutdown(SocketShutdown.Send);
                Assert.Equal("noon", Encoding.ASCII.GetString(await client.ReadAllAsync()));
            }
        }).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>It takes the service's greeting for a bad handshake, and hangs up with an error: something came, so somebody seems to be there.</summary>
    [Fact]
    public async Task WithoutHello_AListenTwoThatWantsASecret_IsDialledLessAndLess_AndAskedFor()
    {
        var (service, port) = Peers.Listen();
        using var closed = service;
        var dials = 0;
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var asked = await service.AcceptAsync();
                    Interlocked.Increment(ref dials);
                    await asked.SendTextAsync("SSH-2.0-some\r\n");
                    await asked.ReceiveAsync(new byte[100]);
                }
            }
            catch (SocketException)
            {
                // The test is over.
            }
        });
        var (__, ___, helpers) = await ListenTwoAsync("--secret-file", (await KindAsync("resume"))[^1]);
        var connect = ConnectTwo(helpers, port);
        await connect.LineAsync("does it want a secret or --resume");
        await Task.Delay(TimeSpan.FromSeconds(3)); // a thousand dials, if there is no pause
        Assert.InRange(Volatile.Read(ref dials), 3, 30);
        Assert.Single(connect.Messages.Split('\n'), line => line.Contains("does it want a secret", StringComparison.Ordinal));
    }

    /// <summary>As an sshd does after its LoginGraceTime: a client who was led to what it left behind would read a greeting and an end.</summary>
    [Fact]
    public async Task WithoutHello_AServiceThatHangsUpOnNobody_IsDialledAgain()
    {
        var (service, port) = Peers.Listen();
        using var _ = service;
        var (listen, clients, helpers) = await ListenTwoAsync();
        ConnectTwo(helpers, port);
        var impatient = new List<Socket>();
        await listen.LineAsync("waits for a client");
        for (var i = 0; i < 4; i++)
        {
            impatient.Add(await service.AcceptAsync());
            await impatient[^1].SendTextAsync("SSH-");
        }
        await listen.LineAsync("waits for a client", skip: 3);
        await Task.Delay(TimeSpan.FromSeconds(5.5)); // its grace
        foreach (var one in impatient) one.Shutdown(SocketShutdown.Both);
        await listen.LineAsync("left before a client came", skip: 3);
        using var fresh = await service.AcceptAsync();
        await fresh.SendTextAsync("SSH-");
        using var client = await Peers.ConnectAsync(clients);
        await client.SendTextAsync("hello");
        Assert.Equal("SSH-", await client.ReadTextAsync(4));
        Assert.Equal("hello", await fresh.ReadTextAsync(5));
        foreach (var one in impatient) one.Dispose();
    }

    [Fact]
    public async Task HelloThatOnlyListenTwoHas_IsNoticedByTheOther_EvenIfTheClientSaysNothing()
    {
        var (service, port) = Peers.Listen();
        using var _ = service;
        var (__, clients, helpers) = await ListenTwoAsync("--hello-dst");
        var connect = ConnectTwo(helpers, port);
        using var quiet = await Peers.ConnectAsync(clients);
        await connect.LineAsync("--hello-from-src is missing here");
    }

    [Fact]
    public async Task HelloThatOnlyConnectTwoHas_IsNoticedByTheOther_EvenIfTheClientSaysNothing()
    {
        var (service, port) = Peers.Listen();
        using var _ = service;
        var (listen, clients, helpers) = await ListenTwoAsync();
        ConnectTwo(helpers, port, "--hello-from-src");
        using var quiet = await Peers.ConnectAsync(clients);
        await listen.LineAsync("have said nothing to each other so far: if connecttwo has --hello-from-src");
    }

    [Fact]
    public async Task HelloOfWhichTheRestDoesNotCome_IsNotWaitedForForever()
    {
        var (there, port) = Peers.Listen();
        using var _ = there;
        var connect = ConnectTwo(port, 1, "--hello-from-src");
        using var half = await there.AcceptAsync();
        await half.SendTextAsync("192.0.2.7 43");
        await connect.LineAsync("names no client");
        using var next = await there.AcceptAsync();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("resume")]
    public async Task ClientsThatWait_AreToldOf_Watched_AndLimitedInTime(string kind)
    {
        var (listen, clients, _) = await ListenTwoAsync(["-w", "2", .. await KindAsync(kind)]);
        var left = await Peers.ConnectAsync(clients);
        await listen.LineAsync("waits for the other machine");
        left.Close(0);
        await listen.LineAsync("left before the other machine came");
        using var patient = await Peers.ConnectAsync(clients);
        await listen.LineAsync("was turned away: the other machine did not come within 2");
        await Assert.ThrowsAsync<SocketException>(() => patient.ReadTextAsync(1));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("resume")]
    public async Task ClientsThatWait_AreLimitedInNumber(string kind)
    {
        var (listen, clients, _) = await ListenTwoAsync(await KindAsync(kind));
        var waiting = new List<Socket>();
        for (var i = 0; i < 1024; i++) waiting.Add(await Peers.ConnectAsync(clients));
        await listen.LineAsync("waits for the other machine", skip: 1023);
        using var one = await Peers.ConnectAsync(clients);
        await Assert.ThrowsAsync<SocketException>(() => one.ReadTextAsync(1));
        await listen.LineAsync("was turned away: 1024 wait already");
        foreach (var socket in waiting) socket.Dispose();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("resume")]
    public async Task PortThatBothOptionsWant_IsNotAnotherPrograms(string kind)
    {
        var (free, port) = Peers.Listen();
        free.Dispose();
        var listen = Start(["listentwo", "-s", Local(port), "-d", Peers.Text(port), .. await KindAsync(kind)]);
        Assert.Equal(1, (await listen.EndAsync()).ExitCode);
        Assert.Contains("; -s has that port already", listen.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("another program", listen.Messages, StringComparison.Ordinal);
    }
}
