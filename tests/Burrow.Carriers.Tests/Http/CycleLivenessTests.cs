using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Modes.Hex;
using Xunit;

namespace Burrow.Carriers.Tests.Http;

public sealed class CycleLivenessTests
{
    [Fact]
    public async Task RareProbe_OfCycles_IsSeenThroughTheModeAroundThem()
    {
        await using var port = await WebPort.StartAsync();
        await using var cycles = new HexConnection(await port.ConnectAsync(WebWay.Cycles));
        Assert.NotNull(cycles.RareProbe);
        await using var socket = new HexConnection(await port.ConnectAsync(WebWay.WebSocket));
        Assert.Null(socket.RareProbe);
    }
}
