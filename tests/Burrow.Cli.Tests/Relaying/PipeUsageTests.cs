using System.Text;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>What the pipe says of its command line and its files.</summary>
public sealed class PipeUsageTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("SOURCE is missing", 2)]
    [InlineData("DESTINATION is missing", 2, "-")]
    [InlineData("may not both be sockets", 2, ":1", ":2")]
    [InlineData("may not both be sockets", 2, "h", "1", "h", "2")]
    [InlineData("both \"-\"", 2, "-", "-")]
    [InlineData("\"x\" is one word too many", 2, "-", ":1", "x")]
    [InlineData("needs a port after it", 2, "-", "host")]
    [InlineData("\"65536\" is no port", 2, "-", ":65536")]
    [InlineData("\"http\" is no port", 2, "-", "host", "http")]
    [InlineData("it has 5 parts, not four", 2, "-", "10.1.2.3.4", "5")]
    [InlineData("-n FILE is missing", 2, "-", ".", "5")]
    [InlineData("there is none", 2, "-n", "x", "-", ":1")]
    [InlineData("unknown option \"-x\"", 2, "-x", "-", ":1")]
    [InlineData("unknown option \"--limt\"; did you mean \"--limit\"?", 2, "--limt", "5", "-", ":1")]
    [InlineData("\"fast\" is no size", 2, "-l", "fast", "-", ":1")]
    [InlineData("-l: should be from 1B", 2, "-l", "0", "-", ":1")]
    [InlineData("\"soon\" is no time", 2, "-i", "soon", "-", ":1")]
    [InlineData("/nonexistent can't be read: there is no such file", 2, "--insert", "/nonexistent", "-", ":1")]
    [InlineData("--resume needs --secret-file", 2, "--resume", "-", ":1")]
    [InlineData("/nonexistent: can't be read: there is no such file", 1, "-n", "/nonexistent", "-", ".", "1")]
    [InlineData("connection refused", 1, "-", "127.0.0.1", "1")]
    [InlineData("unknown host", 1, "-", "no-such-host.invalid", "1")]
    public async Task BadInput_IsOneLineThatSaysWhatAndWhere(string message, int code, params string[] arguments)
    {
        await using var tool = ToolProcess.Start(["pipe", .. arguments]);
        Assert.Equal(code, (await tool.EndAsync()).ExitCode);
        Assert.Contains(message, tool.Messages, StringComparison.Ordinal);
        Assert.Single(tool.Messages.Split('\n'), line => line.StartsWith("burrow: error: ", StringComparison.Ordinal));
    }

    /// <summary>The runtime takes the free number for a file of its own, and to read from that would be to wait for ever.</summary>
    [Theory]
    [InlineData("pipe - 127.0.0.1 PORT <&-", "standard input is closed")]
    [InlineData("pipe - :0 <&-", "standard input is closed")]
    [InlineData("pipe :0 - >&-", "standard output is closed")]
    [InlineData("pipe 127.0.0.1 PORT - >&-", "standard output is closed")]
    public async Task ClosedDescriptor_IsToldBeforeAnybodyIsMet(string command, string message)
    {
        var (listener, port) = Peers.Listen();
        using var _ = listener;
        await using var tool = ToolProcess.StartShell($"'{ToolProcess.Program}' {command.Replace("PORT", Peers.Text(port), StringComparison.Ordinal)}");
        Assert.Equal(2, (await tool.EndAsync()).ExitCode);
        Assert.Contains($"burrow: error: {message}", tool.Messages, StringComparison.Ordinal);
        Assert.False(listener.Poll(0, System.Net.Sockets.SelectMode.SelectRead));
    }

    [Fact]
    public async Task BadHostFile_IsNamedWithItsLine()
    {
        var hosts = _directory.FileOf("hosts", "# file starts\n127.0.0.1 many\n");
        await using var tool = ToolProcess.Start("pipe", "-n", hosts, "-", ".", "1");
        Assert.Equal(2, (await tool.EndAsync()).ExitCode);
        Assert.Contains($"{hosts}:2: \"many\" is no number of bytes", tool.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R_SHD_17_18_HelpNamesEveryOption_AndVersionIsALine()
    {
        await using var help = ToolProcess.Start("pipe", "-h");
        var shown = await help.EndAsync();
        Assert.Equal(0, shown.ExitCode);
        foreach (var option in (string[])["-b", "--bind-file", "-h", "-i", "--insert", "-l", "--limit", "-n", "--network-file", "-p", "-v", "--version", "-w"])
            Assert.Contains(option, Encoding.UTF8.GetString(shown.Output), StringComparison.Ordinal);
        foreach (var option in (string[])["-v", "--version"])
        {
            await using var version = ToolProcess.Start("pipe", option);
            Assert.Matches(@"^burrow \d+\.\d+\.\d+\n$", Encoding.UTF8.GetString((await version.EndAsync()).Output));
        }
    }
}
