using Burrow.Carriers.Http.Client;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Http;

public sealed class WebCarrierTests
{
    public static TheoryData<WebWay> Ways => [.. Enum.GetValues<WebWay>()];

    [Theory, MemberData(nameof(Ways))]
    public async Task Bytes_ComeThroughBothWaysAndTheEndBehindThem(WebWay way)
    {
        await using var port = await WebPort.StartAsync();
        await using var jack = await port.ConnectAsync(way);
        await WebPort.EchoBackAsync(jack, 8_000_000);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task AnyPrefix_IsServed(WebWay way)
    {
        await using var port = await WebPort.StartAsync();
        await using var jack = await port.ConnectAsync(way, "/some/where%20else/");
        await WebPort.EchoBackAsync(jack, 1000);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Abort_AtOneEnd_EndsTheOther(WebWay way)
    {
        await using var port = await WebPort.StartAsync();
        var jack = await port.ConnectAsync(way);
        await jack.WriteAsync(new byte[] { 0x81 });
        await jack.ReadAsync(new byte[1]).AsTask().WaitAsync(WebPort.Timeout);
        jack.Abort(EndReason.Stopped);
        Assert.Equal(Connection.Aborted, await jack.ReadAsync(new byte[1]).AsTask().WaitAsync(WebPort.Timeout));
        await jack.DisposeAsync();
        await using var next = await port.ConnectAsync(way);
        await WebPort.EchoBackAsync(next, 1000);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task NobodyThere_IsAReason(WebWay way)
    {
        await using var port = await WebPort.StartAsync();
        var (carried, failure) = await port.DialAsync(way, port: Testing.Loopback.ClosedPort());
        Assert.Null(carried);
        Assert.Equal(EndCause.Refused, failure!.Cause);
    }
}
