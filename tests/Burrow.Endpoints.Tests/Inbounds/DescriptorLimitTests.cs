using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Endpoints.Outbounds.Direct;
using Burrow.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds;

/// <summary>Alone, because the whole process is without descriptors for a moment.</summary>
[CollectionDefinition(nameof(DescriptorLimitTests), DisableParallelization = true)]
[Collection(nameof(DescriptorLimitTests))]
public sealed partial class DescriptorLimitTests
{
    const int RlimitNoFile = 7;

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task WithoutDescriptors_ClientsWait_OneLineIsLogged_AndThenTheyAreServed()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        var bound = await TcpBinder.BindAsync(new Target("127.0.0.1", 0), clock, log);
        await using var listener = bound.Listener!;
        var clients = Channel.CreateUnbounded<Connection>();
        listener.Start(c => clients.Writer.TryWrite(c));
        async Task<Connection> DialAsync() =>
            (await new DirectOutbound().DialAsync(new Target("127.0.0.1", listener.Port), TimeSpan.FromSeconds(20), null, default)).Connection!;

        // Everything once before, so that nothing needs to be loaded from a file later.
        var before = await DialAsync();
        var served = await clients.Reader.ReadAsync();
        clock.Advance(TimeSpan.FromMilliseconds(100));
        log.Log(LogLevel.Warning, "warm");

        Assert.Equal(0, GetLimit(RlimitNoFile, out var limit));
        var lowered = limit with { Soft = Math.Min(limit.Soft, 1024) };
        var fillers = new List<SafeFileHandle>();
        Assert.Equal(0, SetLimit(RlimitNoFile, in lowered));
        Connection waiting;
        try
        {
            // All but one, which the dial takes; so there is none for the listener's end.
            Fill(fillers);
            fillers[^1].Dispose();
            waiting = await DialAsync();
            await log.Paused.Task;
            for (var i = 0; i < 3; i++)
            {
                while (clock.ActiveTimers == 0) await Task.Yield();
                clock.Advance(TimeSpan.FromMilliseconds(100)); // tries again, in vain
            }
        }
        finally
        {
            foreach (var filler in fillers) filler.Dispose();
            SetLimit(RlimitNoFile, in limit);
        }
        while (clock.ActiveTimers == 0) await Task.Yield();
        clock.Advance(TimeSpan.FromMilliseconds(100));
        var late = await clients.Reader.ReadAsync();
        Assert.Equal(waiting.LocalEndPoint, late.RemoteEndPoint);
        Assert.Equal(["Warning", "Warning AcceptPaused", "Information AcceptResumed"], log.Lines);
        foreach (var connection in (Connection[])[before, served, waiting, late]) await connection.DisposeAsync();
    }

    static void Fill(List<SafeFileHandle> fillers)
    {
        try
        {
            while (true) fillers.Add(File.OpenHandle("/dev/null"));
        }
        catch (IOException)
        {
            // Full: what was wanted.
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    record struct Limit(ulong Soft, ulong Hard);

    sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public TaskCompletionSource Paused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add($"{logLevel} {eventId.Name}".Trim());
            if (eventId.Name == "AcceptPaused") Paused.TrySetResult();
        }
    }
}
