using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>The pipe, as a process.</summary>
public sealed class PipeTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("127.0.0.1", 20_000_000)]
    [InlineData("::1", 1)]
    [InlineData("localhost", 0)]
    public async Task R_SHD_08_09_StdinToADialledSocket_AndAnAcceptedOneToStdout(string host, int length)
    {
        var content = Peers.Random(length);
        await using var receiver = ToolProcess.Start("pipe", ":0", "-");
        await using var sender = ToolProcess.Start("pipe", "-", host, Peers.Text(await receiver.PortAsync()));
        await sender.FeedAsync(content);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        var received = await receiver.EndAsync();
        Assert.Equal(0, received.ExitCode);
        Assert.True(content.AsSpan().SequenceEqual(received.Output));
    }

    [Fact]
    public async Task R_SHD_10_11_StdinToAnAcceptedSocket_AndADialledOneToStdout()
    {
        var content = Peers.Random(3_000_000);
        await using var sender = ToolProcess.Start("pipe", "-", ":0");
        await using var receiver = ToolProcess.Start("pipe", $"[::1]:{await sender.PortAsync()}", "-");
        await sender.FeedAsync(content);
        var received = await receiver.EndAsync();
        Assert.Equal(0, received.ExitCode);
        Assert.True(content.AsSpan().SequenceEqual(received.Output));
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task R_SHD_14_Tar_ThroughThePipe_GivesTheSameTree()
    {
        var (source, copy) = (Directory.CreateDirectory(_directory.File("source")), Directory.CreateDirectory(_directory.File("copy")));
        File.WriteAllBytes(Path.Combine(source.FullName, "a"), Peers.Random(2_000_000));
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(source.FullName, "sub")).FullName, "b"), Peers.Random(10));
        await using var receiver = ToolProcess.StartShell($"set -o pipefail; '{ToolProcess.Program}' pipe :0 - | tar xf - -C '{copy.FullName}'");
        var port = await receiver.PortAsync();
        await using var sender = ToolProcess.StartShell($"set -o pipefail; tar cf - -C '{source.FullName}' . | '{ToolProcess.Program}' pipe - 127.0.0.1 {port}");
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        Assert.Equal(0, (await receiver.EndAsync()).ExitCode);
        using var diff = Process.Start("diff", ["-r", source.FullName, copy.FullName]);
        await diff.WaitForExitAsync();
        Assert.Equal(0, diff.ExitCode);
    }

    [Fact]
    public async Task R_SHD_07_ReverseData_IsNeverDelivered_AndStopsNothing()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var sender = ToolProcess.Start("pipe", "-", "127.0.0.1", Peers.Text(port));
        using var peer = await listener.AcceptAsync();
        var flooding = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++) await peer.SendAsync(Peers.Random(100_000));
            peer.Shutdown(SocketShutdown.Send);
        });
        var feeding = sender.FeedAsync(Peers.Random(5_000_000));
        Assert.Equal(5_000_000, (await peer.ReadAllAsync()).Length);
        await flooding;
        await feeding;
        var ended = await sender.EndAsync();
        Assert.Equal(0, ended.ExitCode);
        Assert.Empty(ended.Output);
    }

    [Fact]
    public async Task Reset_IsNoSuccess()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var receiver = ToolProcess.Start("pipe", "127.0.0.1", Peers.Text(port), "-");
        var peer = await listener.AcceptAsync();
        await peer.SendTextAsync("half");
        peer.Close(0);
        Assert.Equal(1, (await receiver.EndAsync()).ExitCode);
        Assert.Contains("reset", receiver.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReceiverWhoseOutputIsClosed_FailsOnBothEnds()
    {
        await using var receiver = ToolProcess.StartShell($"'{ToolProcess.Program}' pipe :0 - | head -c 1000 >/dev/null; exit ${{PIPESTATUS[0]}}");
        await using var sender = ToolProcess.Start("pipe", "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
        await sender.FeedAsync(Peers.Random(20_000_000));
        Assert.Equal(1, (await receiver.EndAsync()).ExitCode);
        Assert.Contains("standard output: Broken pipe", receiver.Messages, StringComparison.Ordinal);
        Assert.Equal(1, (await sender.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task R_SHD_12_22_27_30_HostFiles_ChooseAndCount()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        var far = _directory.FileOf("hosts", "127.0.0.9 5000\n127.0.0.1 7\n");
        var own = _directory.FileOf("default", "127.0.0.1 1024\n127.0.0.2 512\n");
        await using var sender = ToolProcess.Start("pipe", "-b", own, "--network-file", far, "-", ".", Peers.Text(port));
        using var peer = await listener.AcceptAsync();
        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)peer.RemoteEndPoint!).Address);
        await sender.FeedAsync(Peers.Random(1000));
        Assert.Equal(1000, (await peer.ReadAllAsync()).Length);
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        Assert.Equal("127.0.0.9 5000\n127.0.0.1 1007\n", await File.ReadAllTextAsync(far));
        Assert.Equal("127.0.0.1 1024\n127.0.0.2 1512\n", await File.ReadAllTextAsync(own));
    }

    [Fact]
    public async Task R_SHD_16_29_BindFile_WithAPort_ListensOnTheLeastUsedAddress()
    {
        await using var receiver = ToolProcess.Start("pipe", "-b", _directory.FileOf("own", "127.0.0.1 9\n127.0.0.3 3\n"), ":0", "-");
        var port = await receiver.PortAsync();
        Assert.Contains("127.0.0.3:", receiver.Messages, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => Peers.ConnectAsync(port));
        using var peer = await Peers.ConnectAsync(port, "127.0.0.3");
        peer.Shutdown(SocketShutdown.Both);
        Assert.Equal(0, (await receiver.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000_000)]
    public async Task R_SHD_19_InsertedFile_PrecedesTheStream(int length)
    {
        var prefix = Peers.Random(length);
        await File.WriteAllBytesAsync(_directory.File("prefix"), prefix);
        await using var receiver = ToolProcess.Start("pipe", "--insert", _directory.File("prefix"), ":0", "-");
        await using var sender = ToolProcess.Start("pipe", "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
        await sender.FeedAsync("stream"u8.ToArray());
        var received = await receiver.EndAsync();
        Assert.Equal(0, received.ExitCode);
        Assert.True(((byte[])[.. prefix, .. "stream"u8]).AsSpan().SequenceEqual(received.Output));
    }

    [Fact]
    public async Task R_SHD_20_23_28_Limit_HoldsTheRate_AndPrintsBesideTheData()
    {
        await using var receiver = ToolProcess.Start("pipe", "-p", "--limit", "400000", ":0", "-");
        await using var sender = ToolProcess.Start("pipe", "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
        var began = Stopwatch.GetTimestamp();
        await sender.FeedAsync(Peers.Random(1_000_000));
        var received = await receiver.EndAsync();
        // What may not be faster; how much slower it is depends on the machine.
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1_000_000 / 400_000.0 / 1.1));
        Assert.Equal(1_000_000, received.Output.Length);
        Assert.Matches(@"iB/s now, .*iB/s mean, .*iB", receiver.Messages);
    }

    /// <summary>script(1) gives it a terminal.</summary>
    [Fact]
    public async Task R_SHD_23_InATerminal_TheLineIsUpdatedInPlace()
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var shell = ToolProcess.StartShell($"script -qec \"'{ToolProcess.Program}' pipe -p -l 300000 127.0.0.1 {port} - 2>&1 >/dev/null\" /dev/null");
        using var peer = await listener.AcceptAsync();
        await peer.SendAsync(Peers.Random(1_000_000));
        peer.Shutdown(SocketShutdown.Send);
        await peer.ReadAllAsync();
        var shown = Encoding.UTF8.GetString((await shell.EndAsync()).Output);
        var lines = shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Contains("iB/s mean", StringComparison.Ordinal)).ToList();
        // One line, however often it was said; before it stands what the runtime tells a terminal.
        Assert.Matches("(\r.*iB/s now, .*iB/s mean, .*iB\u001b\\[K){3,}\r?$", Assert.Single(lines));
    }

    /// <summary>The readme's own numbers: ten megabytes at 102400 bytes a second.</summary>
    [Fact, Trait("Category", "Soak")]
    public async Task R_SHD_20_Limit_IsWhatPasses_AndNoSecondSeesATenthMore()
    {
        const int Limit = 102_400, Length = 10_000_000;
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var sender = ToolProcess.Start("pipe", "-l", Peers.Text(Limit), "-", "127.0.0.1", Peers.Text(port));
        using var peer = await listener.AcceptAsync();
        var feeding = sender.FeedAsync(Peers.Random(Length));
        var arrivals = new Queue<(TimeSpan At, int Count)>();
        var (buffer, all, second) = (new byte[64 << 10], 0, 0);
        var clock = Stopwatch.StartNew();
        int count;
        while ((count = await peer.ReceiveAsync(buffer)) > 0)
        {
            arrivals.Enqueue((clock.Elapsed, count));
            (all, second) = (all + count, second + count);
            while (arrivals.Peek().At < clock.Elapsed - TimeSpan.FromSeconds(1)) second -= arrivals.Dequeue().Count;
            Assert.InRange(second, 0, Limit * 1.1);
        }
        Assert.Equal(Length, all);
        Assert.InRange(clock.Elapsed.TotalSeconds, Length / (double)Limit * 0.95, Length / (double)Limit * 1.05);
        peer.Shutdown(SocketShutdown.Send);
        await feeding;
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 1)]
    public async Task R_SHD_21_Counts_AreWrittenWhileItRuns_AndWhenASignalEndsIt(PosixSignal signal, int code)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        var hosts = _directory.FileOf("hosts", "127.0.0.1 0\n");
        await using var sender = ToolProcess.Start("pipe", "-i", "1", "-n", hosts, "-", ".", Peers.Text(port));
        using var peer = await listener.AcceptAsync();
        await sender.Input.WriteAsync(Peers.Random(1000));
        await sender.Input.FlushAsync();
        Assert.Equal(1000, (await peer.ReadTextAsync(1000)).Length);
        await WaitForAsync(hosts, "127.0.0.1 1000\n");
        await sender.Input.WriteAsync(Peers.Random(500));
        await sender.Input.FlushAsync();
        await peer.ReadTextAsync(500);
        Assert.Equal(code, await sender.EndAsync(signal));
        Assert.Equal("127.0.0.1 1500\n", await File.ReadAllTextAsync(hosts));
    }

    static async Task WaitForAsync(string file, string content)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await File.ReadAllTextAsync(file) != content) await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task R_SHD_24_Wait_PassesBetweenTheConnectionAndTheData()
    {
        await using var receiver = ToolProcess.Start("pipe", "-w", "2", ":0", "-");
        using var peer = await Peers.ConnectAsync(await receiver.PortAsync());
        var began = Stopwatch.GetTimestamp();
        await peer.SendTextAsync("x");
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("x"u8.ToArray(), (await receiver.EndAsync()).Output);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1.8));
    }

    [Fact]
    public async Task R_SHD_04_05_39_InaddrDefault_BindsWhatListensAndWhatDials_AndMayBeAName()
    {
        var environment = new Dictionary<string, string> { ["INADDR_DEFAULT"] = "127.0.0.4" };
        await using var receiver = ToolProcess.Start(ToolProcess.Program, environment, "pipe", ":0", "-");
        var port = await receiver.PortAsync();
        await Assert.ThrowsAsync<SocketException>(() => Peers.ConnectAsync(port));
        using var peer = await Peers.ConnectAsync(port, "127.0.0.4");
        peer.Close();
        await receiver.EndAsync();

        var (listener, farPort) = Peers.Listen();
        using var _ = listener;
        await using var sender = ToolProcess.Start(ToolProcess.Program, environment, "pipe", "-", "127.0.0.1", Peers.Text(farPort));
        using var accepted = await listener.AcceptAsync();
        Assert.Equal(IPAddress.Parse("127.0.0.4"), ((IPEndPoint)accepted.RemoteEndPoint!).Address);

        await using var named = ToolProcess.Start(ToolProcess.Program, new Dictionary<string, string> { ["INADDR_DEFAULT"] = "localhost" }, "pipe", ":0", "-");
        Assert.Contains("127.0.0.1:", await named.LineAsync("listening on 127.0.0.1:"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3.4", 2, "INADDR_DEFAULT: \"10.1.2.3.4\" is neither an address nor a host name")]
    [InlineData("no-such-host.invalid", 1, "INADDR_DEFAULT: the host \"no-such-host.invalid\" is unknown")]
    [InlineData("192.0.2.1", 1, "INADDR_DEFAULT: cannot bind to \"192.0.2.1\": ")]
    public async Task WrongInaddrDefault_IsAnError(string value, int code, string message)
    {
        await using var tool = ToolProcess.Start(ToolProcess.Program, new Dictionary<string, string> { ["INADDR_DEFAULT"] = value }, "pipe", ":0", "-");
        Assert.Equal(code, (await tool.EndAsync()).ExitCode);
        Assert.Contains(message, tool.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R_SHD_06_Options_StandAnywhereBeforeTheOperands_InAnyOrderAndForm()
    {
        var prefix = _directory.FileOf("prefix", "first ");
        string[][] forms =
        [
            ["-b", "OWN", "-i", "7", "--insert", prefix, "-l", "1000000", "-p", "-w", "0"],
            ["-w", "0", "-p", "--limit", "1000000", "--insert", prefix, "-i", "7", "--bind-file", "OWN"],
            ["--limit=1000000", "--bind-file=OWN", "-p", $"--insert={prefix}", "-i7"],
        ];
        foreach (var form in forms)
        {
            var own = _directory.FileOf("own", "127.0.0.9 900\n127.0.0.1 3\n");
            await using var receiver = ToolProcess.Start(["pipe", .. form.Select(word => word.Replace("OWN", own, StringComparison.Ordinal)), ":0", "-"]);
            await using var sender = ToolProcess.Start("pipe", "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
            await sender.FeedAsync("second"u8.ToArray());
            var received = await receiver.EndAsync();
            Assert.Equal((0, "first second"), (received.ExitCode, Encoding.ASCII.GetString(received.Output)));
            Assert.Equal("127.0.0.9 900\n127.0.0.1 15\n", await File.ReadAllTextAsync(own));
        }
    }

    [Theory]
    [InlineData(":PORT", "127.0.0.1", "1")]
    [InlineData("127.0.0.1", "1", ":PORT")]
    [InlineData(":PORT", ":PORT")]
    public async Task R_SHD_13_BothSockets_IsAUsageError_AndNothingIsBound(params string[] ends)
    {
        var (free, port) = Peers.Listen();
        free.Dispose();
        await using var tool = ToolProcess.Start(["pipe", .. ends.Select(end => end.Replace("PORT", Peers.Text(port), StringComparison.Ordinal))]);
        var ended = tool.EndAsync();
        while (!ended.IsCompleted)
        {
            await Assert.ThrowsAsync<SocketException>(() => Peers.ConnectAsync(port));
            await Task.WhenAny(ended, Task.Delay(5));
        }
        Assert.Equal(2, (await ended).ExitCode);
        Assert.Contains("may not both be sockets", tool.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-b")]
    [InlineData("--bind-file")]
    public async Task R_SHD_15_BindFile_DialsFromTheLeastUsedAddress(string option)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        var own = _directory.FileOf("default", "127.0.0.1 1024\n127.0.0.2 512\n");
        // Two in a row: the first brings its address above the other.
        foreach (var (source, length) in new[] { ("127.0.0.2", 1000), ("127.0.0.1", 10) })
        {
            await using var sender = ToolProcess.Start("pipe", option, own, "-", "127.0.0.1", Peers.Text(port));
            using var peer = await listener.AcceptAsync();
            Assert.Equal(IPAddress.Parse(source), ((IPEndPoint)peer.RemoteEndPoint!).Address);
            await sender.FeedAsync(Peers.Random(length));
            Assert.Equal(length, (await peer.ReadAllAsync()).Length);
            peer.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        }
        Assert.Equal("127.0.0.1 1034\n127.0.0.2 1512\n", await File.ReadAllTextAsync(own));
    }
}
