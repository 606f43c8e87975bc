using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Endpoints.Outbounds.Direct;
using Burrow.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds;

/// <summary>Alone, because for a moment the whole process believes that it has no descriptors left.</summary>
[CollectionDefinition(nameof(DescriptorLimitTests), DisableParallelization = true)]
[Collection(nameof(DescriptorLimitTests))]
public sealed class DescriptorLimitTests
{
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
        ValueTask<DialResult> DialAsync() => new DirectOutbound().DialAsync(new Target("127.0.0.1", listener.Port), TimeSpan.FromSeconds(20), null, default);

        var before = (await DialAsync()).Connection!;
        var served = await clients.Reader.ReadAsync();

        var limit = DescriptorLimit.Limit;
        using var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // None for clients. Nothing is really used up: the runtime under this very test would not survive it.
            DescriptorLimit.Limit = 4;
            Assert.False(DescriptorLimit.HasRoom(DescriptorShare.Clients));
            Assert.Equal(EndCause.Limit, (await DialAsync()).Failure!.Cause);
            await waiting.ConnectAsync("127.0.0.1", listener.Port);
            await log.Paused.Task;
            for (var i = 0; i < 3; i++)
            {
                while (clock.ActiveTimers == 0) await Task.Yield();
                clock.Advance(TimeSpan.FromMilliseconds(100)); // tries again, in vain
            }
        }
        finally
        {
            DescriptorLimit.Limit = limit;
        }
        while (clock.ActiveTimers == 0) await Task.Yield();
        clock.Advance(TimeSpan.FromMilliseconds(100));
        var late = await clients.Reader.ReadAsync();
        Assert.True(DescriptorLimit.HasRoom(DescriptorShare.Clients));
        Assert.Equal((IPEndPoint)waiting.LocalEndPoint!, late.RemoteEndPoint);
        Assert.Equal(["Warning AcceptPaused", "Information AcceptResumed"], log.Lines);
        foreach (var connection in (Connection[])[before, served, late]) await connection.DisposeAsync();
    }

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
