using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>listentwo and connecttwo, as processes.</summary>
public sealed class PairTests : IAsyncDisposable
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

    ToolProcess ConnectTwo(int helpers, int service, params string[] more) =>
        Start(["connecttwo", "-s", Local(helpers), "-d", Local(service), .. more]);

    static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    async Task<string> SecretAsync(string name = "secret")
    {
        var file = _directory.File(name);
        await Start("key", "new", "-o", file).EndAsync();
        return file;
    }

    static async Task AskAsync(int port, string question, string greeting = "")
    {
        using var client = await Peers.ConnectAsync(port);
        await client.SendTextAsync(question);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(greeting + question, System.Text.Encoding.ASCII.GetString(await client.ReadAllAsync().WaitAsync(TimeSpan.FromSeconds(60))));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("silent")]
    [InlineData("secret")]
    [InlineData("resume")]
    public async Task R_SHD_47_51_54_ManySessions_InARowAndAtOnce(string kind)
    {
        var (service, port) = Peers.Echo("SSH-2.0 ");
        using var _ = service;
        string[] common = kind switch { "secret" => ["--secret-file", await SecretAsync()], "resume" => ["--resume", "--secret-file", await SecretAsync()], _ => [] };
        var hello = kind is "hello" or "secret";
        var (_, clients, helpers) = await ListenTwoAsync([.. common, .. hello ? (string[])["--hello-dst"] : []]);
        ConnectTwo(helpers, port, [.. common, .. hello ? (string[])["--hello-from-src"] : []]);
        for (var i = 0; i < 3; i++) await AskAsync(clients, $"session {i}", "SSH-2.0 ");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AskAsync(clients, new string((char)('a' + i), 200_000), "SSH-2.0 ")));
    }

    [Fact]
    public async Task R_SHD_47_ClientThatComesFirst_IsLedOnWhenTheOtherMachineComes()
    {
        var (service, port) = Peers.Echo();
        using var _ = service;
        var (tool, clients, helpers) = await ListenTwoAsync("--hello-dst");
        var asking = AskAsync(clients, "early");
        await tool.LineAsync("client .* waits for the other machine");
        ConnectTwo(helpers, port, "--hello-from-src");
        await asking;
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task R_SHD_48_Hello_IsOneLineWithTheClientsAddress_AndThenTheStream(string address)
    {
        var (_, clients, helpers) = await ListenTwoAsync("--hello-dst");
        using var helper = await Peers.ConnectAsync(helpers);
        using var client = await Peers.ConnectAsync(clients, address);
        await client.SendTextAsync("S");
        var expected = $"{address} {((IPEndPoint)client.LocalEndPoint!).Port}\nS";
        Assert.Equal(expected, await helper.ReadTextAsync(expected.Length));
    }

    [Fact]
    public async Task R_SHD_49_50_Service_IsDialledAfterTheHelloOnly_AndSeesNothingOfIt()
    {
        var (service, port) = Peers.Listen();
        using var _ = service;
        var (there, helperPort) = Peers.Listen();
        using var __ = there;
        ConnectTwo(helperPort, port, "--hello-from-src");
        using var waiting = await there.AcceptAsync();
        Assert.False(service.Poll(300_000, SelectMode.SelectRead));
        await waiting.SendTextAsync("192.0.2.7 4321\nSSH-");
        using var accepted = await service.AcceptAsync();
        Assert.Equal("SSH-", await accepted.ReadTextAsync(4));
        using var next = await there.AcceptAsync(); // one waits for the next client
    }

    [Fact]
    public async Task R_SHD_52_WithoutHello_NothingIsAdded_AndTheServiceMaySpeakFirst()
    {
        var (_, clients, helpers) = await ListenTwoAsync();
        using var helper = await Peers.ConnectAsync(helpers);
        await helper.SendTextAsync("banner");
        using var client = await Peers.ConnectAsync(clients);
        Assert.Equal("banner", await client.ReadTextAsync(6));
        await client.SendTextAsync("x");
        Assert.Equal("x", await helper.ReadTextAsync(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task R_SHD_53_HelperThatVanishedWhileWaiting_IsPassedOver(bool byReset)
    {
        var (tool, clients, helpers) = await ListenTwoAsync("--hello-dst");
        using var gone = await Peers.ConnectAsync(helpers);
        await tool.LineAsync("waits for a client");
        if (byReset) gone.Close(0);
        else gone.Shutdown(SocketShutdown.Send);
        await tool.LineAsync("left before a client came");
        using var client = await Peers.ConnectAsync(clients);
        await client.SendTextAsync("kept");
        using var helper = await Peers.ConnectAsync(helpers);
        Assert.EndsWith("kept", await helper.ReadTextAsync($"127.0.0.1 {((IPEndPoint)client.LocalEndPoint!).Port}\nkept".Length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatLeftOrWaitedTooLong_IsForgotten()
    {
        var (tool, clients, _) = await ListenTwoAsync("--hello-dst", "-w", "2");
        var left = await Peers.ConnectAsync(clients);
        await tool.LineAsync("waits for the other machine");
        left.Close(0);
        await tool.LineAsync("left before the other machine came");
        using var patient = await Peers.ConnectAsync(clients);
        await tool.LineAsync("was turned away: the other machine did not come within 2");
        await Assert.ThrowsAsync<SocketException>(() => patient.ReadTextAsync(1));
    }

    [Fact]
    public async Task ConnectTwo_StartedFirst_AndLeftByListenTwo_ComesBack()
    {
        var (service, port) = Peers.Echo();
        using var _ = service;
        var (there, helperPort) = Peers.Listen();
        var connect = ConnectTwo(helperPort, port, "--hello-from-src");
        var accepted = await there.AcceptAsync();
        await connect.LineAsync("waiting at");
        accepted.Close(0);
        await connect.LineAsync("closed the connection before a client came");
        there.Dispose();
        await connect.LineAsync("can't be reached: dial: connection refused");
        var listen = Start("listentwo", "-s", "0", "-d", helperPort.ToString(CultureInfo.InvariantCulture), "--hello-dst");
        await AskAsync(await listen.PortAsync(), "again");
    }

    [Fact]
    public async Task WithoutASecret_BothWarn_ThatAStrangerMayTakeThePlace()
    {
        var (listen, _, helpers) = await ListenTwoAsync();
        await listen.LineAsync("warning: without --secret-file, whoever reaches");
        await ConnectTwo(helpers, 1).LineAsync("warning: without --secret-file, whoever reaches");
    }

    [Fact]
    public async Task WithASecret_AStrangerIsLedNobody()
    {
        var secret = await SecretAsync();
        var (service, port) = Peers.Echo();
        using var _ = service;
        var (listen, clients, helpers) = await ListenTwoAsync("--hello-dst", "--secret-file", secret);
        using var stranger = await Peers.ConnectAsync(helpers);
        await stranger.SendTextAsync("GET / HTTP/1.1\r\n\r\n");
        Assert.Contains("404", await stranger.ReadTextAsync(12), StringComparison.Ordinal);
        var asking = AskAsync(clients, "mine");
        await listen.LineAsync("waits for the other machine");
        ConnectTwo(helpers, port, "--hello-from-src", "--secret-file", secret);
        await asking;
    }

    /// <summary>Whatever strangers do at the port where machine A comes, none is led to a client and none keeps A away.</summary>
    [Theory]
    [InlineData("garbage")]
    [InlineData("silence")]
    [InlineData("a TLS handshake that stands still")]
    [InlineData("the hello of a helper")]
    [InlineData("another secret")]
    [InlineData("no secret")]
    public async Task WithASecret_AStrangerCantTakeThePlaceOfMachineA(string kind)
    {
        var secret = await SecretAsync();
        var (service, port) = Peers.Echo("A ");
        using var _ = service;
        var (theirs, theirPort) = Peers.Echo("stranger ");
        using var __ = theirs;
        var (listen, clients, helpers) = await ListenTwoAsync("--hello-dst", "--secret-file", secret);
        var strangers = new List<Socket>();
        if (kind == "another secret") await ConnectTwo(helpers, theirPort, "--hello-from-src", "--secret-file", await SecretAsync("other")).EndAsync();
        else if (kind == "no secret") ConnectTwo(helpers, theirPort, "--hello-from-src");
        // More than may be half open from one address.
        for (var i = 0; i < 80 && !kind.EndsWith("secret", StringComparison.Ordinal); i++)
        {
            var stranger = await Peers.ConnectAsync(helpers);
            strangers.Add(stranger);
            byte[] said = kind switch
            {
                "garbage" => System.Security.Cryptography.RandomNumberGenerator.GetBytes(200),
                "a TLS handshake that stands still" => [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03], // of a ClientHello of 512 bytes, the first
                "the hello of a helper" => "127.0.0.1 1\n"u8.ToArray(),
                _ => [],
            };
            await stranger.SendAsync(said);
        }
        var asking = AskAsync(clients, "mine", "A ");
        await listen.LineAsync("waits for the other machine");
        ConnectTwo(helpers, port, "--hello-from-src", "--secret-file", secret);
        await asking;
        await AskAsync(clients, "again", "A ");
        foreach (var stranger in strangers) stranger.Dispose();
    }

    /// <summary>100 MB each way at once; the second kind encrypts them, the third carries them in a session.</summary>
    [Theory]
    [InlineData("hello")]
    [InlineData("secret")]
    [InlineData("resume")]
    public async Task R_SHD_51_AHundredMegabytes_BothWays_ArriveAsTheyAre(string kind)
    {
        const int Length = 100_000_000;
        string[] common = kind switch { "secret" => ["--secret-file", await SecretAsync()], "resume" => ["--resume", "--secret-file", await SecretAsync()], _ => [] };
        var (service, port) = Peers.Listen();
        using var _ = service;
        var (__, clients, helpers) = await ListenTwoAsync([.. common, .. kind == "resume" ? (string[])[] : ["--hello-dst"]]);
        ConnectTwo(helpers, port, [.. common, .. kind == "resume" ? (string[])[] : ["--hello-from-src"]]);
        using var client = await Peers.ConnectAsync(clients);
        using var served = await service.AcceptAsync();
        var sums = await Task.WhenAll(client.SendRandomAsync(Length, 1), served.HashAllAsync(), served.SendRandomAsync(Length, 2), client.HashAllAsync()).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(sums[0], sums[1]);
        Assert.Equal(sums[2], sums[3]);
        Assert.NotEqual(sums[0], sums[2]);
    }

    [Theory]
    [InlineData]
    [InlineData("--resume")]
    public async Task WithAnotherSecret_ConnectTwoEndsWith3(params string[] more)
    {
        var (_, _, helpers) = await ListenTwoAsync(["--secret-file", await SecretAsync("one"), .. more]);
        var connect = ConnectTwo(helpers, 1, ["--secret-file", await SecretAsync("two"), .. more]);
        Assert.Equal(3, (await connect.EndAsync()).ExitCode);
        Assert.Contains("wrong secret", connect.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-s is missing", "listentwo", "-d", "1")]
    [InlineData("are the same port", "listentwo", "-s", "1", "-d", "1")]
    [InlineData("--resume needs --secret-file", "listentwo", "-s", "1", "-d", "2", "--resume")]
    [InlineData("-d is missing", "connecttwo", "-s", "h:1")]
    [InlineData("-s: \"h\" has no port", "connecttwo", "-s", "h", "-d", "h:1")]
    [InlineData("unknown option \"--hello-dst\"", "connecttwo", "-s", "h:1", "-d", "h:1", "--hello-dst")]
    [InlineData("/nonexistent: no such file", "connecttwo", "-s", "h:1", "-d", "h:1", "--secret-file", "/nonexistent")]
    public async Task BadInput_IsRefusedWith2(string message, params string[] arguments)
    {
        var tool = Start(arguments);
        Assert.Equal(2, (await tool.EndAsync()).ExitCode);
        Assert.Contains(message, tool.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_EndsBothWith0()
    {
        var (listen, clients, helpers) = await ListenTwoAsync("--hello-dst");
        var (service, port) = Peers.Echo("x");
        using var _ = service;
        var connect = ConnectTwo(helpers, port, "--hello-from-src");
        using var client = await Peers.ConnectAsync(clients);
        Assert.Equal("x", await client.ReadTextAsync(1));
        Assert.Equal(0, await connect.EndAsync(PosixSignal.SIGTERM));
        Assert.Equal(0, await listen.EndAsync(PosixSignal.SIGTERM));
    }

    [Fact]
    public async Task Sigterm_WhileAuthenticatedHelpersWait_EndsWith0()
    {
        var secret = await SecretAsync();
        var (listen, _, helpers) = await ListenTwoAsync("--hello-dst", "--secret-file", secret);
        for (var i = 0; i < 2; i++) ConnectTwo(helpers, 1, "--hello-from-src", "--secret-file", secret);
        for (var i = 0; i < 2; i++) await listen.LineAsync("waits for a client");
        Assert.Equal(0, await listen.EndAsync(PosixSignal.SIGTERM));
        Assert.DoesNotContain("Exception", listen.Messages, StringComparison.Ordinal);
    }
}
