using System.Net.Sockets;
using Burrow.Carriers;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Cli.Compose.Jenny;
using Burrow.Core;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class AcceptLoopsTests : IDisposable
{
    readonly KeyIdentity _jenny = KeyIdentity.Create();
    readonly ListLogger _log = new();
    readonly TaskCompletionSource _stopped = new();
    readonly FakeListener _good = new("10.0.0.1:7000");
    readonly FakeListener _bad = new("10.0.0.2:7000");
    readonly AcceptLoops _loops;

    public AcceptLoopsTests()
    {
        _loops = new AcceptLoops(new CarrierPort(new TlsServer(_jenny), _ => Task.CompletedTask, (_, _) => { }), _log);
        _loops.Start(_good);
        _loops.Start(_bad);
    }

    public void Dispose() => _jenny.Dispose();

    [Fact]
    public async Task AListenerThatFails_IsNamedWithItsReason_AndIsNoStop()
    {
        var waiting = _loops.WaitAsync(_stopped.Task);
        _bad.Over.SetException(new SocketException((int)SocketError.NotSocket));
        Assert.False(await waiting);
        Assert.Contains(_log.Lines, line => line.Contains("no longer waiting for tunnels on tcp://10.0.0.2:7000", StringComparison.Ordinal) && line.Contains("socket", StringComparison.Ordinal));
        await EndAsync();
    }

    [Fact]
    public async Task AListenerThatEndsWithoutAWord_IsNoStopEither()
    {
        var waiting = _loops.WaitAsync(_stopped.Task);
        _bad.Over.SetResult(null);
        Assert.False(await waiting);
        Assert.Contains(_log.Lines, line => line.Contains("tcp://10.0.0.2:7000: its socket was closed", StringComparison.Ordinal));
        await EndAsync();
    }

    [Fact]
    public async Task AStop_IsAStop()
    {
        var waiting = _loops.WaitAsync(_stopped.Task);
        _stopped.SetResult();
        Assert.True(await waiting);
        await EndAsync();
        Assert.DoesNotContain(_log.Lines, line => line.Contains("no longer", StringComparison.Ordinal));
    }

    async Task EndAsync()
    {
        await _loops.CloseAsync();
        await _loops.EndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    sealed class FakeListener(string address) : ICarrierListener
    {
        public TaskCompletionSource<Carried?> Over { get; } = new();

        public CarrierUrl Address { get; } = CarrierUrl.Parse(address);

        public Action<EndReason>? Paused { get; set; }

        public Action? Resumed { get; set; }

        public ValueTask<Carried?> AcceptAsync() => new(Over.Task);

        public ValueTask DisposeAsync()
        {
            Over.TrySetResult(null);
            return default;
        }
    }
}
