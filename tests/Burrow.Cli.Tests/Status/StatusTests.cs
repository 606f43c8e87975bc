using System.Net.Sockets;
using System.Text.Json;
using Burrow.Cli.Status;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;
using Xunit;

namespace Burrow.Cli.Tests.Status;

public sealed class StatusTests
{
    static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    static readonly StatusDocument Document = new(
        new ProcessStatus(42, "jack", "gate-1", "0.1.0", Now.AddHours(-2), "burrow.conf"),
        [new SessionStatus("0011aabb", "encrypted", "jenny [x]", SessionState.Attached, Now.AddHours(-1), new CarrierStatus("tcp", Now.AddSeconds(-30), "10.0.0.1:7000"),
            12.34, 3, 4096, 1 << 20, 2 << 20, 100, 200, 5)],
        [new MapStatus("encrypted localhost:1 => b:2", MapState.Retrying, "address in use", 1, 9, 1024, 2048, 512, 0)]);

    [Fact]
    public async Task Server_AnswersWithTheWholeDocument()
    {
        using var directory = new TemporaryDirectory();
        await using var server = Start(directory, Document);
        var (answers, silent) = await StatusClient.AskAsync(directory.Path, null);
        Assert.Empty(silent);
        Assert.Equal(Json(Document), Json(Assert.Single(answers)));
    }

    [Fact]
    public async Task Server_IsNotHeldUpByCallersThatDoNotRead()
    {
        using var directory = new TemporaryDirectory();
        var large = Document with { Maps = [.. Enumerable.Repeat(Document.Maps[0], 5_000)] };
        await using var server = Start(directory, large);
        using var slow = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await slow.ConnectAsync(new UnixDomainSocketEndPoint(server.SocketPath));
        var (answers, _) = await StatusClient.AskAsync(directory.Path, Environment.ProcessId);
        Assert.Equal(5_000, Assert.Single(answers).Maps.Count);
    }

    [Fact]
    public async Task Server_BearsOnlySoManySlowCallers_AndEndsAllTheSame()
    {
        using var directory = new TemporaryDirectory();
        var large = Document with { Maps = [.. Enumerable.Repeat(Document.Maps[0], 5_000)] };
        var server = Start(directory, large);
        var slow = new List<Socket>();
        for (var i = 0; i < 8; i++)
        {
            slow.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
            await slow[i].ConnectAsync(new UnixDomainSocketEndPoint(server.SocketPath));
            await slow[i].ReceiveAsync(new byte[1]); // it is being answered
        }
        var ninth = StatusClient.AskAsync(directory.Path, Environment.ProcessId);
        slow[3].Dispose();
        var (answers, _) = await ninth;
        Assert.Single(answers);
        await server.DisposeAsync();
        foreach (var socket in slow) socket.Dispose();
    }

    [Fact]
    public async Task SocketThatWasLeftBehind_IsRemoved()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("jenny-999999.sock");
        LeaveBehind(path);
        var (answers, silent) = await StatusClient.AskAsync(directory.Path, null);
        Assert.Empty(answers);
        Assert.Empty(silent);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task SocketOfAProcessThatLives_StaysThere_WhenNobodyListensYet()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File($"jenny-{Environment.ProcessId}.sock");
        LeaveBehind(path);
        var (answers, silent) = await StatusClient.AskAsync(directory.Path, null);
        Assert.Empty(answers);
        Assert.Contains("does not answer", Assert.Single(silent), StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task AnswerThatIsNone_IsReported()
    {
        using var directory = new TemporaryDirectory();
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(directory.File("jack-7.sock")));
        other.Listen();
        var asking = StatusClient.AskAsync(directory.Path, 7);
        using (var caller = await other.AcceptAsync()) await caller.SendAsync("nonsense"u8.ToArray());
        var (answers, silent) = await asking;
        Assert.Empty(answers);
        Assert.Contains("process 7", Assert.Single(silent), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task SocketsInADirectoryThatOthersCanUse_AreNotBelieved()
    {
        using var directory = new TemporaryDirectory();
        await using var server = Start(directory, Document);
        File.SetUnixFileMode(directory.Path, File.GetUnixFileMode(directory.Path) | UnixFileMode.OtherExecute);
        var (answers, silent) = await StatusClient.AskAsync(directory.Path, null);
        Assert.Empty(answers);
        Assert.Contains("open to others", Assert.Single(silent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_RemovesItsSocketAtTheEnd()
    {
        using var directory = new TemporaryDirectory();
        var server = Start(directory, Document);
        Assert.EndsWith($"/jack-{Environment.ProcessId}.sock", server.SocketPath, StringComparison.Ordinal);
        Assert.True(File.Exists(server.SocketPath));
        await server.DisposeAsync();
        Assert.False(File.Exists(server.SocketPath));
    }

    [Fact]
    public async Task Server_LooksAlsoWhenNobodyAsks_SoThatTheFirstAnswersRatesAreOfTheLastSeconds()
    {
        using var directory = new TemporaryDirectory();
        using var seen = new SemaphoreSlim(0);
        var server = StatusServer.Start(directory.Path, "jack", new Counted(Document, seen), NullLogger.Instance)!;
        // The first is the server's own at its start.
        for (var look = 0; look < 3; look++) Assert.True(await seen.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await server.DisposeAsync();
    }

    [Fact]
    public void Server_WithoutAPlaceForItsSocket_IsDoneWithout()
    {
        using var directory = new TemporaryDirectory();
        Assert.Null(StatusServer.Start(directory.File(new string('x', 120)), "jack", new Fixed(Document), NullLogger.Instance));
    }

    [Fact]
    public void Table_ShowsWhatAPersonWantsToKnow()
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 400;
        StatusTable.Print(console, [Document], Now);
        foreach (var part in (string[])["jack 42 (gate-1)", "running for 2h 0m", "jenny [x]", "attached", "1h 0m", "tcp for 30s", "12.3 ms", "3 (4.0 KiB replayed)", "1.0 MiB", "2.0 MiB",
            "300 B", "retrying: address in use", "1 (9 in all)", "512 B/s"]) Assert.Contains(part, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RateMeter_FollowsTheCounterAndForgets()
    {
        var clock = new SteppedTime();
        var meter = new RateMeter(clock);
        var total = 0L;
        var rate = 0.0;
        for (var second = 0; second < 20; second++)
        {
            clock.Step(TimeSpan.FromSeconds(1));
            rate = meter.Update(total += 1000);
        }
        Assert.InRange(rate, 990, 1000);
        clock.Step(TimeSpan.FromMinutes(1));
        Assert.Equal(0, meter.Update(total));
    }

    [Theory]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1 << 20, "1.0 MiB")]
    [InlineData(3.5 * (1L << 40), "3.5 TiB")]
    public void Bytes_AreShownInTheirUnit(double bytes, string text) => Assert.Equal(text, Amounts.Bytes(bytes));

    static StatusServer Start(TemporaryDirectory directory, StatusDocument document) =>
        StatusServer.Start(directory.Path, "jack", new Fixed(document), NullLogger.Instance)!;

    static string Json(StatusDocument document) => JsonSerializer.Serialize(document, StatusJson.Default.StatusDocument);

    /// <summary>Leaves a socket's file behind as kill -9 does: .NET removes the name that was bound, so the file gets another one first.</summary>
    static void LeaveBehind(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
        File.Move(path + ".bound", path);
    }

    sealed class Fixed(StatusDocument document) : IStatusSource
    {
        public StatusDocument Snapshot() => document;
    }

    sealed class Counted(StatusDocument document, SemaphoreSlim seen) : IStatusSource
    {
        public StatusDocument Snapshot()
        {
            seen.Release();
            return document;
        }
    }

    sealed class SteppedTime : TimeProvider
    {
        long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Step(TimeSpan by) => _now += by.Ticks;
    }
}
