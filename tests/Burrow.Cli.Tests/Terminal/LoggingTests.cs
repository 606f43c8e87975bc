using System.Text;
using System.Text.Json;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Burrow.Cli.Tests.Terminal;

public sealed class LoggingTests
{
    [Fact]
    public async Task Text_HasTheLevelAndOneLineWhateverAPeerSent()
    {
        var text = await LogAsync(LogFormat.Text, LogLevel.Information, logger =>
        {
            logger.LogInformation("client {Name} came", "a\u001b[2J\nb");
            logger.LogWarning(new IOException("gone"), "lost");
            logger.LogDebug("never shown");
        });
        Assert.Equal("burrow: info: client a\\x1b[2J\\nb came\nburrow: warning: lost: gone\n", text);
    }

    [Fact]
    public async Task StackTraces_AppearOnlyAtTheHighestVerbosity()
    {
        Assert.DoesNotContain("InvalidOperationException", await LogAsync(LogFormat.Text, LogLevel.Debug, Log), StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", await LogAsync(LogFormat.Text, LogLevel.Trace, Log), StringComparison.Ordinal);

        static void Log(ILogger logger) => logger.LogError(new InvalidOperationException("x"), "y");
    }

    [Fact]
    public async Task Json_IsAnObjectALineWithTheEventsValues()
    {
        var text = await LogAsync(LogFormat.Json, LogLevel.Information, logger => logger.LogInformation(new EventId(7, "Resumed"), "resumed after {Bytes} \"{Peer}\"", 12L, "p\n"));
        var line = JsonDocument.Parse(text).RootElement;
        Assert.Equal(("info", "Resumed", "test"), (line.GetProperty("level").GetString(), line.GetProperty("event").GetString(), line.GetProperty("source").GetString()));
        Assert.Equal(12, line.GetProperty("values").GetProperty("Bytes").GetInt64());
        Assert.Equal("resumed after 12 \"p\n\"", line.GetProperty("message").GetString());
        Assert.Equal(1, text.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writer_NeverWaitsAndCountsWhatItLeftOut(bool asJson)
    {
        var format = asJson ? LogFormat.Json : LogFormat.Text;
        var stream = new GatedStream();
        await using (var lines = new LineWriter(stream, new LineFormat(format, stacks: false).LeftOut))
        {
            lines.Write("first\n"u8.ToArray());
            await stream.Entered;
            for (var i = 0; i < 2000; i++) lines.Write("more\n"u8.ToArray());
            stream.Open();
        }
        var text = Encoding.UTF8.GetString(stream.ToArray());
        var line = text.Split('\n')[1];
        Assert.StartsWith($"first\n{line}\nmore\n", text, StringComparison.Ordinal);
        if (!asJson)
        {
            Assert.Equal("burrow: warning: 976 messages were left out", line);
            return;
        }
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(("warning", "LeftOut", 976), (json.GetProperty("level").GetString(), json.GetProperty("event").GetString(), json.GetProperty("values").GetProperty("Count").GetInt32()));
    }

    static async Task<string> LogAsync(LogFormat format, LogLevel level, Action<ILogger> log)
    {
        var stream = new MemoryStream();
        await using (var lines = new LineWriter(stream, _ => throw new InvalidOperationException("nothing is left out")))
        {
            using var provider = new LineLoggerProvider(lines, new LineFormat(format, stacks: level == LogLevel.Trace), level);
            log(provider.CreateLogger("test"));
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A terminal that somebody has stopped.</summary>
    sealed class GatedStream : MemoryStream
    {
        readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Open() => _open.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _entered.TrySetResult();
            await _open.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
