using System.Net.Sockets;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

/// <summary>Alone, because other tests' memory would be measured, too.</summary>
[CollectionDefinition(nameof(IdleCostTests), DisableParallelization = true)]
[Collection(nameof(IdleCostTests))]
public sealed class IdleCostTests
{
    static readonly EndReason OurReason = new(EndPhase.Relay, EndSide.Local, EndCause.Stopped, "test");

    [Fact]
    public async Task AnIdleWaitingConnection_CostsFewBytes()
    {
        const int Pairs = 500;
        var connections = new List<SocketConnection>();
        var sockets = new List<(Socket, Socket)>();
        for (var i = 0; i < Pairs; i++) sockets.Add(await Loopback.TcpSocketsAsync());

        var before = GC.GetTotalMemory(true);
        var waits = new List<Task>();
        foreach (var (client, server) in sockets)
        {
            foreach (var socket in (Socket[])[client, server])
            {
                var connection = new SocketConnection(socket);
                connections.Add(connection);
                waits.Add(connection.WaitReadableAsync().AsTask());
            }
        }
        var each = (GC.GetTotalMemory(true) - before) / connections.Count;

        // What the socket object itself costs is not counted here: it was there before. Guards against a buffer or a state machine per idle connection.
        Assert.InRange(each, 0, 2048);
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes each");
        foreach (var connection in connections) connection.Abort(OurReason);
        await Task.WhenAll(waits);
        foreach (var connection in connections) await connection.DisposeAsync();
    }
}
