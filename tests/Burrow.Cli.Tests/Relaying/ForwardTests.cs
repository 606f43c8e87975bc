using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>Port forwarding, as a process.</summary>
public sealed class ForwardTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // Root's status sockets have one place for all; these tests must not meet any other process.
    Dictionary<string, string> Environment(params (string Name, string Value)[] more) =>
        new(more.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) { ["BURROW_DIRECTORY"] = _directory.Path };

    ToolProcess Start(params string[] arguments) => ToolProcess.Start(ToolProcess.Program, Environment(), ["forward", .. arguments]);

    static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task R_SHD_01_35_ManyClientsAtOnce_GetTheirOwnBytesBothWays(string address)
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port));
        var own = await forward.PortAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async seed =>
        {
            var content = new byte[1_500_000];
            new Random(seed).NextBytes(content);
            using var client = await Peers.ConnectAsync(own, address);
            var sending = Task.Run(async () =>
            {
                for (var at = 0; at < content.Length;) at += await client.SendAsync(content.AsMemory(at));
                client.Shutdown(SocketShutdown.Send);
            });
            var answer = await client.ReadAllAsync();
            Assert.True(content.AsSpan().SequenceEqual(answer));
            await sending;
        }));
        Assert.Equal(0, await forward.EndAsync(PosixSignal.SIGTERM));
        Assert.Contains("in 28.6 MiB out 28.6 MiB", forward.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R_SHD_35_AHundredMegabytes_BothWaysAtOnce_ArriveAsTheyAre()
    {
        const int Length = 100_000_000;
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port), "-q");
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        using var target = await listener.AcceptAsync();
        var sums = await Task.WhenAll(client.SendRandomAsync(Length, 1), target.HashAllAsync(), target.SendRandomAsync(Length, 2), client.HashAllAsync()).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal((sums[0], sums[2]), (sums[1], sums[3]));
        Assert.NotEqual(sums[0], sums[2]);
    }

    [Fact]
    public async Task R_SHD_34_NoDial_BeforeAClientComes()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port));
        var own = await forward.PortAsync();
        Assert.False(listener.Poll(300_000, SelectMode.SelectRead));
        using var client = await Peers.ConnectAsync(own);
        using var accepted = await listener.AcceptAsync();
    }

    [Theory]
    [InlineData(true, "127.0.0.1")]
    [InlineData(true, "10.0.0.0/8", "127.0.0.0/8")]
    [InlineData(true, "no-such-host.invalid", "localhost")]
    [InlineData(true, "10.0.0.1", "2001:db8::/32", "127.0.0.1")]
    [InlineData(false, "10.0.0.1")]
    [InlineData(false, "10.0.0.1", "2001:db8::/32", "127.0.0.2")]
    [InlineData(false, "no-such-host.invalid")]
    public async Task R_SHD_40_Allowed_LetsInThoseListed_AndDialsForNobodyElse(bool passes, params string[] allowed)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = Start(["-s", "0", "-d", Local(port), .. allowed.SelectMany(entry => (string[])["-a", entry])]);
        // The listener is of both families, so the client comes as an IPv4-mapped address.
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        if (passes)
        {
            using var accepted = await listener.AcceptAsync();
            await accepted.SendTextAsync("hello");
            Assert.Equal("hello", await client.ReadTextAsync(5));
            return;
        }
        await Assert.ThrowsAsync<SocketException>(() => client.ReadTextAsync(1));
        await forward.LineAsync("is not allowed");
        // What was dialled before it ended would stand in the backlog.
        Assert.Equal(0, await forward.EndAsync(PosixSignal.SIGTERM));
        Assert.False(listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task R_SHD_36_37_38_LeastUsedHost_IsChosen_TheNextWhenItDoesNotAnswer_AndBothDirectionsCount()
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        var hosts = _directory.File("hosts");
        await File.WriteAllTextAsync(hosts, "# file starts\n127.0.0.5 1\n127.0.0.1 50\n127.0.0.6 60\n");
        await using var forward = Start("-s", "0", "-l", hosts, "-p", port.ToString(CultureInfo.InvariantCulture));
        var own = await forward.PortAsync();
        using (var client = await Peers.ConnectAsync(own))
        {
            await client.SendTextAsync("0123456789");
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(10, (await client.ReadAllAsync()).Length);
        }
        await forward.LineAsync("127.0.0.5 was passed over: dial: connection refused");
        Assert.Equal(0, await forward.EndAsync(PosixSignal.SIGTERM));
        Assert.Equal("# file starts\n127.0.0.5 1\n127.0.0.1 70\n127.0.0.6 60\n", await File.ReadAllTextAsync(hosts));
    }

    [Fact]
    public async Task R_SHD_39_InaddrDefault_ListensThereOnly_AndDialsFromThere()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = ToolProcess.Start(ToolProcess.Program, Environment(("INADDR_DEFAULT", "127.0.0.8")), "forward", "-s", "0", "-d", Local(port));
        var own = await forward.PortAsync();
        await Assert.ThrowsAsync<SocketException>(() => Peers.ConnectAsync(own));
        using var client = await Peers.ConnectAsync(own, "127.0.0.8");
        using var accepted = await listener.AcceptAsync();
        Assert.Equal(IPAddress.Parse("127.0.0.8"), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }

    [Theory]
    [InlineData("pass")]
    [InlineData("kill")]
    public async Task R_SHD_42_EndOfOneSide_IsPassedOnOrEndsBoth(string policy)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port), "--eof", policy);
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        using var target = await listener.AcceptAsync();
        await client.SendTextAsync("request");
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("request", Encoding.ASCII.GetString(await target.ReadAllAsync()));
        if (policy == "pass") await target.SendTextAsync("answer");
        target.Shutdown(policy == "pass" ? SocketShutdown.Both : SocketShutdown.Receive);
        Assert.Equal(policy == "pass" ? "answer" : "", Encoding.ASCII.GetString(await client.ReadAllAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task R_SHD_42_UnderItsOwnName_EitherEndKillsBoth(bool clientEnds)
    {
        var link = _directory.File("tcp-pf");
        File.CreateSymbolicLink(link, ToolProcess.Program);
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = ToolProcess.Start(link, Environment(), "-s", "0", "-d", Local(port));
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        using var target = await listener.AcceptAsync();
        var (first, second) = clientEnds ? (client, target) : (target, client);
        await first.SendTextAsync("last words");
        first.Shutdown(SocketShutdown.Send);
        // A second, and what a busy machine takes.
        Assert.Equal("last words", Encoding.ASCII.GetString(await second.ReadAllAsync().WaitAsync(TimeSpan.FromSeconds(5))));
        Assert.Empty(await first.ReadAllAsync().WaitAsync(TimeSpan.FromSeconds(5)));
        // Not told of an end alone: it can't say anything any more.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await second.SendTextAsync("anybody there?");
                await Task.Delay(20);
            }
        });
    }

    /// <summary>The other side hears of an end only when what it sends can't be delivered.</summary>
    [Theory]
    [InlineData("--lazy")]
    [InlineData("--eof", "lazy")]
    public async Task R_SHD_43_Lazy_TheOtherSideStays_UntilWhatItSendsCantBeDelivered(params string[] option)
    {
        var link = _directory.File("tcp-pf");
        File.CreateSymbolicLink(link, ToolProcess.Program);
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var forward = ToolProcess.Start(link, Environment(), ["-s", "0", "-d", Local(port), .. option]);
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        using var target = await listener.AcceptAsync();
        await client.SendTextAsync("last words");
        Assert.Equal("last words", await target.ReadTextAsync(10));
        client.Close();
        Assert.False(target.Poll(1_500_000, SelectMode.SelectRead)); // neither an end nor a reset
        // The first write draws the reset of the side that is gone, a later one finds it.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!target.Poll(20_000, SelectMode.SelectRead))
        {
            patience.Token.ThrowIfCancellationRequested();
            try
            {
                await target.SendTextAsync("anybody there?");
            }
            catch (SocketException)
            {
                return;
            }
        }
        var ended = await Record.ExceptionAsync(async () => Assert.Equal(0, await target.ReceiveAsync(new byte[1])));
        Assert.True(ended is null or SocketException);
    }

    [Fact]
    public async Task R_SHD_37_EqualTransfers_SpreadOverThreeHosts_WithinOneTransfer()
    {
        var (first, port) = Peers.Listen("127.0.0.1");
        var targets = new List<Socket> { first };
        foreach (var address in (string[])["127.0.0.2", "127.0.0.3"])
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
            socket.Listen();
            targets.Add(socket);
        }
        var hosts = _directory.File("hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1\n127.0.0.2\n127.0.0.3\n");
        await using var forward = Start("-s", "0", "-l", hosts, "-p", port.ToString(CultureInfo.InvariantCulture), "-q");
        var own = await forward.PortAsync();
        for (var i = 0; i < 100; i++)
        {
            using var client = await Peers.ConnectAsync(own);
            var ready = new List<Socket>(targets);
            Socket.Select(ready, null, null, 20_000_000);
            using var target = await Assert.Single(ready).AcceptAsync();
            await client.SendAsync(new byte[1000]);
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(1000, (await target.ReadAllAsync()).Length);
            target.Shutdown(SocketShutdown.Send);
            Assert.Empty(await client.ReadAllAsync());
        }
        Assert.Equal(0, await forward.EndAsync(PosixSignal.SIGTERM));
        foreach (var target in targets) target.Dispose();
        var counts = (await File.ReadAllLinesAsync(hosts)).Select(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(100_000, counts.Sum());
        Assert.True(counts.Max() - counts.Min() <= 1000, string.Join(", ", counts));
    }

    [Fact]
    public async Task R_SHD_44_InsertedFile_GoesToTheDestinationOnly()
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        await File.WriteAllTextAsync(_directory.File("prefix"), "prefix ");
        await using var forward = Start("-s", "0", "-d", Local(port), "--insert", _directory.File("prefix"));
        var own = await forward.PortAsync();
        for (var i = 0; i < 2; i++)
        {
            using var client = await Peers.ConnectAsync(own);
            await client.SendTextAsync("stream");
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal("prefix stream", Encoding.ASCII.GetString(await client.ReadAllAsync()));
        }
    }

    [Fact]
    public async Task R_SHD_41_45_Rate_IsEachConnectionsOwn_AndBandwidthIsShown()
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port), "-r", "300KiB");
        var own = await forward.PortAsync();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            using var client = await Peers.ConnectAsync(own);
            await client.SendAsync(new byte[500_000]);
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(500_000, (await client.ReadAllAsync()).Length);
        }));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(500_000 / 307_200.0 / 1.1));
        await forward.LineAsync(@"^in .* [KM]iB/s out .*B/s$");
    }

    [Fact]
    public async Task Status_KnowsIt()
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        await using var forward = Start("-s", "0", "-d", Local(port));
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        await client.SendTextAsync("12345");
        Assert.Equal("12345", await client.ReadTextAsync(5));
        await using var status = ToolProcess.Start(ToolProcess.Program, Environment(), "status");
        var ended = await status.EndAsync();
        Assert.Equal((0, ""), (ended.ExitCode, status.Messages));
        var shown = Encoding.UTF8.GetString(ended.Output);
        Assert.Contains("forward ", shown, StringComparison.Ordinal);
        Assert.Contains($"=> {Local(port)}", shown, StringComparison.Ordinal);
        Assert.Contains("1 (1 in all)", shown, StringComparison.Ordinal);
    }

    // The long form is a soak test: it takes a minute.
    [Fact]
    public Task ThousandsOfShortConnections_LeaveNothingBehind() => LeavesNothingAsync(5_000, byHostFile: false);

    [Theory, Trait("Category", "Soak")]
    [InlineData(false)]
    [InlineData(true)]
    public Task FiftyThousandShortConnections_LeaveNothingBehind(bool byHostFile) => LeavesNothingAsync(50_000, byHostFile);

    async Task LeavesNothingAsync(int connections, bool byHostFile)
    {
        // What the process may keep is what it does not make for each connection: compiled code, pooled slabs (two of 64 KiB for each core and what the stack of the pool holds), the heap between two collections.
        // A leak of a kilobyte for each of 50,000 connections would be 49 MiB more than that.
        const long MostKept = 24 << 20;
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        var hosts = _directory.FileOf("hosts", "127.0.0.1 0\n");
        await using var forward = Start(["-s", "0", "-q", .. byHostFile ? (string[])["-l", hosts, "-p", Peers.Text(port)] : ["-d", Local(port)]]);
        var own = await forward.PortAsync();
        await ConnectManyAsync(1000, own); // compiles what is used
        var (descriptors, memory) = (forward.Descriptors, forward.ResidentMemory);
        await ConnectManyAsync(connections, own);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        // The runtime itself may have opened a few meanwhile; what is left behind would be thousands.
        while (forward.Descriptors > descriptors + 8) await Task.Delay(20, patience.Token);
        TestContext.Current.TestOutputHelper?.WriteLine($"{connections} connections: {descriptors} descriptors before, {forward.Descriptors} after; {memory >> 10} KiB resident before, {forward.ResidentMemory >> 10} KiB after");
        Assert.InRange(forward.ResidentMemory, 0, memory + MostKept);
    }

    static Task ConnectManyAsync(int count, int port) => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
    {
        using var client = await Peers.ConnectAsync(port);
        await client.SendTextAsync("x");
        Assert.Equal("x", await client.ReadTextAsync(1));
        if (i % 3 == 0) client.Close(0);
    });

    [Theory]
    [InlineData("-s is missing", 2, "-d", "h:1")]
    [InlineData("it is not said where clients are led", 2, "-s", "1")]
    [InlineData("-d and -l exclude each other", 2, "-s", "1", "-d", "h:1", "-l", "f", "-p", "2")]
    [InlineData("-p PORT is missing", 2, "-s", "1", "-l", "f")]
    [InlineData("-l, which is missing", 2, "-s", "1", "-d", "h:1", "-p", "2")]
    [InlineData("-s: \"65536\" is no port", 2, "-s", "65536", "-d", "h:1")]
    [InlineData("-d: \"h\" has no port", 2, "-s", "1", "-d", "h")]
    [InlineData("-a: \"10.0.0.0/33\"", 2, "-s", "1", "-d", "h:1", "-a", "10.0.0.0/33")]
    [InlineData("-r: should be from 1B", 2, "-s", "1", "-d", "h:1", "-r", "0")]
    [InlineData("--lazy and --eof kill exclude each other", 2, "-s", "1", "-d", "h:1", "--lazy", "--eof", "kill")]
    [InlineData("should be pass, kill or lazy", 2, "-s", "1", "-d", "h:1", "--eof", "sometimes")]
    [InlineData("unknown option \"--laxy\"", 2, "-s", "1", "-d", "h:1", "--laxy")]
    [InlineData("/nonexistent: can't be read", 1, "-s", "0", "-l", "/nonexistent", "-p", "1")]
    public async Task R_SHD_33_BadInput_IsOneLineThatSaysWhatAndWhere(string message, int code, params string[] arguments)
    {
        await using var tool = Start(arguments);
        Assert.Equal(code, (await tool.EndAsync()).ExitCode);
        Assert.Contains(message, tool.Messages, StringComparison.Ordinal);
        Assert.Single(tool.Messages.Split('\n'), line => line.StartsWith("burrow: error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PortThatIsTaken_IsNamed()
    {
        var (listener, port) = Peers.Listen("::");
        using var _ = listener;
        await using var tool = Start("-s", port.ToString(CultureInfo.InvariantCulture), "-d", "h:1");
        Assert.Equal(1, (await tool.EndAsync()).ExitCode);
        Assert.Contains($"cannot listen on port {port}: listen: address in use", tool.Messages, StringComparison.Ordinal);
    }
}
