using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>What holds for every tool: both families, and INADDR_DEFAULT for each socket that listens or dials.</summary>
public sealed class EveryToolTests : IDisposable
{
    const string Own = "127.0.0.44";

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    ToolProcess Start(params string[] arguments) =>
        ToolProcess.Start(ToolProcess.Program, new Dictionary<string, string> { ["BURROW_DIRECTORY"] = _directory.Path, ["INADDR_DEFAULT"] = Own }, arguments);

    [Theory]
    [InlineData(1, "pipe", ":0", "-")]
    [InlineData(1, "forward", "-s", "0", "-d", "127.0.0.1:1")]
    [InlineData(2, "listentwo", "-s", "0", "-d", "0")]
    [InlineData(2, "listentwo", "-s", "0", "-d", "0", "--secret-file", "SECRET")]
    [InlineData(2, "listentwo", "-s", "0", "-d", "0", "--secret-file", "SECRET", "--resume")]
    [InlineData(1, "pipe", "--resume", "--secret-file", "SECRET", ":0", "-")]
    public async Task R_SHD_04_InaddrDefault_IsTheOnlyAddressThatListens(int ports, params string[] command)
    {
        await using var tool = Start([.. await WithSecretAsync(command)]);
        for (var i = 0; i < ports; i++) Assert.NotEqual(0, await tool.PortAsync(i));
        // As ss -ltn does: the kernel's table, by the sockets that this process has open.
        Assert.Equal(Enumerable.Repeat(IPAddress.Parse(Own), ports), ListeningAddresses(tool.Id));
    }

    [Theory]
    [InlineData("pipe", "-", "127.0.0.1", "PORT")]
    [InlineData("pipe", "127.0.0.1", "PORT", "-")]
    [InlineData("pipe", "--resume", "--secret-file", "SECRET", "-", "127.0.0.1", "PORT")]
    [InlineData("connecttwo", "-s", "127.0.0.1:PORT", "-d", "127.0.0.1:1", "--hello-from-src")]
    [InlineData("connecttwo", "-s", "127.0.0.1:PORT", "-d", "127.0.0.1:1", "--secret-file", "SECRET")]
    [InlineData("connecttwo", "-s", "127.0.0.1:PORT", "-d", "127.0.0.1:1", "--secret-file", "SECRET", "--resume")]
    public async Task R_SHD_05_InaddrDefault_IsTheAddressThatDials(params string[] command)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        var arguments = (await WithSecretAsync(command)).Select(word => word.Replace("PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await using var tool = Start([.. arguments]);
        using var accepted = await listener.AcceptAsync();
        Assert.Equal(IPAddress.Parse(Own), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task R_SHD_05_InaddrDefault_IsTheAddressThatForwardAndConnectTwoDialTheirTargetsFrom()
    {
        var (target, targetPort) = Peers.Listen();
        using var _ = target;
        await using (var forward = Start("forward", "-s", "0", "-d", $"127.0.0.1:{targetPort}"))
        {
            using var client = await Peers.ConnectAsync(await forward.PortAsync(), Own);
            using var accepted = await target.AcceptAsync();
            Assert.Equal(IPAddress.Parse(Own), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
        }
        var (there, port) = Peers.Listen();
        using var __ = there;
        await using var connect = Start("connecttwo", "-s", $"127.0.0.1:{port}", "-d", $"127.0.0.1:{targetPort}", "--hello-from-src");
        using var waiting = await there.AcceptAsync();
        await waiting.SendTextAsync("192.0.2.1 1\n");
        using var served = await target.AcceptAsync();
        Assert.Equal(IPAddress.Parse(Own), ((IPEndPoint)served.RemoteEndPoint!).Address);
    }

    /// <summary>Those that dial would try for ever, and those that listen elsewhere would fail each client.</summary>
    [Theory]
    [InlineData("connecttwo", "-s", "127.0.0.1:1", "-d", "127.0.0.1:1")]
    [InlineData("forward", "-s", "127.0.0.1:0", "-d", "127.0.0.1:1")]
    [InlineData("listentwo", "-s", "127.0.0.1:0", "-d", "127.0.0.1:0")]
    [InlineData("pipe", "-", "127.0.0.1", "1")]
    public async Task InaddrDefaultOfAnotherMachine_IsAnErrorAtTheStart(params string[] command)
    {
        foreach (var other in (string[])["192.0.2.1", "2001:db8::1"])
        {
            await using var tool = ToolProcess.Start(ToolProcess.Program, new Dictionary<string, string> { ["BURROW_DIRECTORY"] = _directory.Path, ["INADDR_DEFAULT"] = other }, command);
            Assert.Equal(1, (await tool.EndAsync()).ExitCode);
            Assert.Contains($"INADDR_DEFAULT: cannot bind to \"{other}\": ", tool.Messages, StringComparison.Ordinal);
            Assert.DoesNotContain("listening", tool.Messages, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task R_SHD_01_Pair_WorksOverBothFamilies(string address)
    {
        var (service, servicePort) = Peers.Listen(address);
        using var _ = service;
        var environment = new Dictionary<string, string> { ["BURROW_DIRECTORY"] = _directory.Path };
        await using var listen = ToolProcess.Start(ToolProcess.Program, environment, "listentwo", "-s", "0", "-d", "0", "--hello-dst");
        var (clients, helpers) = (await listen.PortAsync(0), await listen.PortAsync(1));
        string At(int port) => new IPEndPoint(IPAddress.Parse(address), port).ToString();
        await using var connect = ToolProcess.Start(ToolProcess.Program, environment, "connecttwo", "-s", At(helpers), "-d", At(servicePort), "--hello-from-src");
        using var client = await Peers.ConnectAsync(clients, address);
        using var served = await service.AcceptAsync();
        await served.SendTextAsync("S");
        Assert.Equal("S", await client.ReadTextAsync(1));
    }

    /// <summary>The runtime has a file of its own under that number, and what is written there is an error at best.</summary>
    [Theory]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task ServiceThatIsStartedWithoutStandardError_Works_AndStopsInOrder(string closed)
    {
        var (echo, target) = Peers.Echo();
        using var _ = echo;
        var (free, port) = Peers.Listen();
        free.Dispose();
        await using var forward = ToolProcess.StartShell($"exec '{ToolProcess.Program}' forward -s {port} -d 127.0.0.1:{target} -vv {closed}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var client = await Peers.ConnectAsync(port);
                await client.SendTextAsync("said");
                Assert.Equal("said", await client.ReadTextAsync(4));
                break;
            }
            catch (SocketException)
            {
                await Task.Delay(20, patience.Token); // it does not listen yet
            }
        }
        Assert.Equal(0, await forward.EndAsync(System.Runtime.InteropServices.PosixSignal.SIGTERM));
    }

    async Task<IEnumerable<string>> WithSecretAsync(string[] command)
    {
        var secret = _directory.File("secret");
        if (command.Contains("SECRET") && !File.Exists(secret))
        {
            await using var key = ToolProcess.Start("key", "new", "-o", secret);
            await key.EndAsync();
        }
        return command.Select(word => word == "SECRET" ? secret : word);
    }

    static List<IPAddress> ListeningAddresses(int process)
    {
        const string Listening = "0A"; // TCP_LISTEN
        var open = Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).ToHashSet();
        return File.ReadLines($"/proc/{process}/net/tcp").Concat(File.ReadLines($"/proc/{process}/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == Listening && open.Contains($"socket:[{columns[9]}]"))
            .Select(columns => AddressOf(columns[1].Split(':')[0])).ToList();
    }

    // Words of 32 bits in the processor's own order.
    static IPAddress AddressOf(string hex) => new([.. hex.Chunk(8).SelectMany(word => BitConverter.GetBytes(uint.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))]);
}
