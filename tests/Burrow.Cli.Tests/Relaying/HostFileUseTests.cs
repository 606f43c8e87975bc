using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>What the tools make of host files, as processes.</summary>
public sealed class HostFileUseTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Sends so many bytes to the least used host of the file.</summary>
    static async Task<ToolProcess> SendAsync(string hosts, int length, params string[] options)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        var sender = ToolProcess.Start(["pipe", "-n", hosts, .. options, "-", ".", Peers.Text(port)]);
        using var peer = await listener.AcceptAsync();
        await sender.FeedAsync(Peers.Random(length));
        Assert.Equal(length, (await peer.ReadAllAsync()).Length);
        peer.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        return sender;
    }

    [Theory]
    [InlineData("127.0.0.9 9\n127.0.0.1 5\n", "127.0.0.9 9\n127.0.0.1 1005\n")]
    [InlineData("  127.0.0.9\t \t9  \r\n\n\t\n# 127.0.0.7 0\n\t127.0.0.1\t5\t# mine \u00e4", "  127.0.0.9\t \t9  \r\n\n\t\n# 127.0.0.7 0\n\t127.0.0.1\t1005\t# mine \u00e4")]
    [InlineData("# file starts\n127.0.0.1", "# file starts\n127.0.0.1 1000")]
    public async Task R_SHD_25_BlanksTabsCommentsAndAMissingLastLineEnd_AreReadAndKept(string before, string after)
    {
        var hosts = _directory.FileOf("hosts", before);
        await using var sender = await SendAsync(hosts, 1000);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        Assert.Equal(after, await File.ReadAllTextAsync(hosts));
    }

    [Theory]
    [InlineData("8589934592", "8589935592")] // 2^33
    [InlineData("9223372036854775807", "9223372036854776807")] // 2^63-1
    [InlineData("18446744073709551000", "18446744073709551615")] // stops at 2^64-1
    public async Task R_SHD_26_Counters_Have64Bits_AndDontOverflow(string before, string after)
    {
        var hosts = _directory.FileOf("hosts", $"127.0.0.9 18446744073709551615\n127.0.0.1 {before}\n");
        await using var sender = await SendAsync(hosts, 1000);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        Assert.Equal($"127.0.0.9 18446744073709551615\n127.0.0.1 {after}\n", await File.ReadAllTextAsync(hosts));
        await using var added = ToolProcess.Start("hosts", "add", hosts, "127.0.0.1", "0");
        Assert.Equal($"{after}\n", Encoding.ASCII.GetString((await added.EndAsync()).Output));
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 0)]
    public async Task R_SHD_21_Forward_WritesItsCountsWhileItRuns_AndWhenASignalEndsIt(PosixSignal signal, int code)
    {
        var (listener, port) = Peers.Echo();
        using var _ = listener;
        var hosts = _directory.FileOf("hosts", "127.0.0.1 0\n");
        await using var forward = ToolProcess.Start(
            ToolProcess.Program, new Dictionary<string, string> { ["BURROW_DIRECTORY"] = _directory.Path }, "forward", "-s", "0", "-l", hosts, "-p", Peers.Text(port), "-i", "1", "-q");
        using var client = await Peers.ConnectAsync(await forward.PortAsync());
        await client.SendTextAsync("12345");
        Assert.Equal("12345", await client.ReadTextAsync(5));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await File.ReadAllTextAsync(hosts) != "127.0.0.1 10\n") await Task.Delay(20, patience.Token);
        await client.SendTextAsync("678");
        Assert.Equal("678", await client.ReadTextAsync(3));
        Assert.Equal(code, await forward.EndAsync(signal));
        Assert.Equal("127.0.0.1 16\n", await File.ReadAllTextAsync(hosts));
    }

    /// <summary>Not even root can open a directory for writing.</summary>
    [Fact]
    public async Task R_SHD_21_HostFileThatCantBeWritten_IsAWarning_AndAtTheEndItIsSaidWhatIsLost()
    {
        var hosts = _directory.FileOf("hosts", "127.0.0.1 5\n");
        Directory.CreateDirectory(hosts + ".lock");
        await using var sender = await SendAsync(hosts, 1000, "-i", "1", "-w", "2");
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        Assert.Contains("what is lost with this process: 127.0.0.1 1000", sender.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain(sender.Messages.Split('\n')[^1], "tried again", StringComparison.Ordinal);
        Assert.Equal("127.0.0.1 5\n", await File.ReadAllTextAsync(hosts));
    }

    /// <summary>The lock is the first one's, and the second may not write it.</summary>
    [Fact]
    public async Task HostFileOfTwoUsers_IsCountedByBoth_AndNothingIsLost()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            const string Reason = "to be two users takes root";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Reason);
            Assert.Skip(Reason);
        }
        const UnixFileMode Reading = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Writing = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        var hosts = _directory.FileOf("hosts", "127.0.0.1 0\n");
        File.SetUnixFileMode(hosts, Reading | Writing);
        File.SetUnixFileMode(_directory.Path, Reading | Writing | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        string[] add = [ToolProcess.Program, "hosts", "add", hosts, "127.0.0.1", "1"];
        string[] addAsNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--", .. add];
        var nothing = new Dictionary<string, string>();
        await using (var first = ToolProcess.Start(add[0], nothing, add[1..])) Assert.Equal(0, (await first.EndAsync()).ExitCode);
        var both = Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? add : addAsNobody).Select(command => ToolProcess.Start(command[0], nothing, command[1..])).ToList();
        foreach (var tool in both)
        {
            Assert.Equal((0, ""), ((await tool.EndAsync()).ExitCode, tool.Messages));
            await tool.DisposeAsync();
        }
        Assert.Equal("127.0.0.1 13\n", await File.ReadAllTextAsync(hosts));
    }

    [Fact]
    public async Task DirectoryAsAHostFile_IsCalledOne()
    {
        await using var forward = ToolProcess.Start("forward", "-s", "0", "-l", _directory.Path, "-p", "1");
        Assert.Equal(1, (await forward.EndAsync()).ExitCode);
        Assert.Contains($"{_directory.Path}: can't be read: this is a directory", forward.Messages, StringComparison.Ordinal);
    }
}
