using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>The pipe as a session, as processes.</summary>
public sealed class PipeResumeTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_BothEndsSayTheSameSum(bool senderListens)
    {
        var secret = _directory.File("secret");
        await using (var key = ToolProcess.Start("key", "new", "-o", secret)) await key.EndAsync();
        var content = Peers.Random(12_000_000);
        string[] session = ["pipe", "--resume", "--secret-file", secret];
        await using var first = ToolProcess.Start([.. session, .. senderListens ? (string[])["-", ":0"] : [":0", "-"]]);
        var port = Peers.Text(await first.PortAsync());
        await using var second = ToolProcess.Start([.. session, .. senderListens ? (string[])["127.0.0.1", port, "-"] : ["-", "127.0.0.1", port]]);
        var (sender, receiver) = senderListens ? (first, second) : (second, first);
        await sender.FeedAsync(content);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
        var received = await receiver.EndAsync();
        Assert.Equal(0, received.ExitCode);
        Assert.True(content.AsSpan().SequenceEqual(received.Output));
        var sum = $"sha256 {Convert.ToHexStringLower(SHA256.HashData(content))}, 12000000 bytes, confirmed by both ends";
        Assert.Contains(sum, sender.Messages, StringComparison.Ordinal);
        Assert.Contains(sum, receiver.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_WaitAndRate_BeginWhenThePeerIsThere()
    {
        var secret = _directory.File("secret");
        await using (var key = ToolProcess.Start("key", "new", "-o", secret)) await key.EndAsync();
        await using var receiver = ToolProcess.Start("pipe", "--resume", "--secret-file", secret, "-w", "3", "-p", ":0", "-");
        var port = Peers.Text(await receiver.PortAsync());
        await Task.Delay(TimeSpan.FromSeconds(3.5)); // longer than its -w
        Assert.DoesNotContain("mean", receiver.Messages, StringComparison.Ordinal);
        await using var sender = ToolProcess.Start("pipe", "--resume", "--secret-file", secret, "-", "127.0.0.1", port);
        await sender.LineAsync("is up");
        var began = Stopwatch.GetTimestamp();
        await sender.FeedAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), (await receiver.EndAsync()).Output);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1.8));
        Assert.Contains("mean", receiver.Messages, StringComparison.Ordinal);
        Assert.Equal(0, (await sender.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Resume_WithAnotherSecret_IsRefusedWith3()
    {
        foreach (var name in (string[])["one", "two"])
        {
            await using var key = ToolProcess.Start("key", "new", "-o", _directory.File(name));
            await key.EndAsync();
        }
        await using var receiver = ToolProcess.Start("pipe", "--resume", "--secret-file", _directory.File("one"), ":0", "-");
        await using var sender = ToolProcess.Start("pipe", "--resume", "--secret-file", _directory.File("two"), "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
        Assert.Equal(3, (await sender.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Resume_ReceiverThatDies_FailsTheSender()
    {
        var secret = _directory.File("secret");
        await using (var key = ToolProcess.Start("key", "new", "-o", secret)) await key.EndAsync();
        await using var receiver = ToolProcess.StartShell($"'{ToolProcess.Program}' pipe --resume --secret-file '{secret}' :0 - | head -c 1000 >/dev/null; exit ${{PIPESTATUS[0]}}");
        await using var sender = ToolProcess.Start("pipe", "--resume", "--secret-file", secret, "-", "127.0.0.1", Peers.Text(await receiver.PortAsync()));
        await sender.FeedAsync(Peers.Random(20_000_000));
        Assert.Equal(1, (await receiver.EndAsync()).ExitCode);
        Assert.Equal(1, (await sender.EndAsync()).ExitCode);
    }
}
