using Burrow.Core;
using Burrow.Endpoints.Inbounds.Paired;
using Burrow.Testing;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds;

public sealed class WaitingConnectionTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly ManualClock _clock = new();

    async Task<(Connection Peer, WaitingConnection Waiting)> WaitAsync(bool leavesByEnding)
    {
        var (peer, own) = await Loopback.TcpAsync();
        return (peer, new WaitingConnection(own, leavesByEnding, _clock));
    }

    [Fact]
    public async Task EarlyBytes_AreTheFirstThatWhoTakesItReads()
    {
        var (peer, waiting) = await WaitAsync(leavesByEnding: true);
        await peer.WriteAsync("early "u8.ToArray());
        Assert.True(waiting.Take());
        await peer.WriteAsync("and late"u8.ToArray());
        await peer.CompleteAsync();
        var (all, buffer, count) = (new List<byte>(), new byte[100], 0);
        while ((count = await waiting.ReadAsync(buffer).AsTask().WaitAsync(Limit)) > 0) all.AddRange(buffer[..count]);
        Assert.Equal("early and late"u8.ToArray(), all);
        await waiting.DisposeAsync();
        await peer.DisposeAsync();
    }

    [Theory]
    [InlineData("", 0, true)]
    [InlineData("the time is noon", 0, false)]
    [InlineData("SSH-2.0", 120, true)]
    public async Task HelperThatEnds_HasLeft_UnlessWhatItSaidIsForWhoeverComesAtOnce(string said, int seconds, bool hasLeft)
    {
        var (peer, waiting) = await WaitAsync(leavesByEnding: true);
        await peer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said));
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await peer.CompleteAsync();
        if (hasLeft) await waiting.Gone.WaitAsync(Limit);
        Assert.Equal(!hasLeft, waiting.Take());
        if (!hasLeft) Assert.Equal(said.Length, await waiting.ReadAsync(new byte[100]).AsTask().WaitAsync(Limit));
        await waiting.DisposeAsync();
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task ClientThatIsPutBack_IsWatchedAgain()
    {
        var (peer, waiting) = await WaitAsync(leavesByEnding: false);
        Assert.True(waiting.Take());
        waiting.PutBack();
        await peer.WriteAsync("said "u8.ToArray());
        Assert.True(waiting.Take());
        await waiting.WaitReadableAsync().AsTask().WaitAsync(Limit); // ends the watch
        waiting.PutBack();
        peer.Abort(EndReason.Stopped);
        await waiting.Gone.WaitAsync(Limit);
        Assert.False(waiting.Take());
        await waiting.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposed_WhileItIsWatched_EndsTheWatchBeforeItLetsGo(bool taken)
    {
        var inner = new SilentConnection();
        var waiting = new WaitingConnection(inner, leavesByEnding: true, _clock);
        Assert.True(inner.IsWaitedFor);
        if (taken)
        {
            Assert.True(waiting.Take());
            Assert.Equal(Connection.WouldBlock, waiting.TryRead(new byte[1])); // the watch is the reader still
        }
        await waiting.DisposeAsync().AsTask().WaitAsync(Limit);
        Assert.False(inner.WasWaitedForWhenDisposed);
        Assert.Equal(EndCause.Closed, waiting.End?.Cause);
        Assert.True(waiting.Over.IsCompleted);
    }

    [Fact]
    public async Task ClientThatIsPutBack_IsTheFirstOfItsSide()
    {
        var table = new PairingTable(2);
        var (firstPeer, first) = await WaitAsync(leavesByEnding: false);
        var (secondPeer, second) = await WaitAsync(leavesByEnding: false);
        var (helperPeer, helper) = await WaitAsync(leavesByEnding: true);
        Assert.True(table.TryAdd(PairSide.Client, second, out _));
        Assert.True(table.TryAdd(PairSide.Client, first, out _, first: true));
        Assert.Equal((2, 0), table.Waiting);
        Assert.True(table.TryAdd(PairSide.Helper, helper, out var partner));
        Assert.Same(first, partner);
        foreach (var connection in (Connection[])[firstPeer, first, secondPeer, second, helperPeer, helper]) await connection.DisposeAsync();
    }

    /// <summary>Says nothing, and knows whether somebody waits for it to.</summary>
    sealed class SilentConnection : Connection
    {
        readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool _isWaitedFor;

        public bool IsWaitedFor => _isWaitedFor;

        public bool? WasWaitedForWhenDisposed { get; private set; }

        public override int TryRead(Span<byte> buffer)
        {
            Assert.False(_isWaitedFor);
            return End is null ? WouldBlock : Aborted;
        }

        public override async ValueTask WaitReadableAsync()
        {
            _isWaitedFor = true;
            await _aborted.Task;
            _isWaitedFor = false;
        }

        public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

        public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer) => new(End is null);

        public override ValueTask<bool> CompleteAsync() => new(End is null);

        public override ValueTask DisposeAsync()
        {
            WasWaitedForWhenDisposed = _isWaitedFor;
            Abort(EndReason.Stopped);
            return default;
        }

        protected override void AbortCore() => _aborted.TrySetResult();
    }
}
