using Burrow.Carriers.Http;
using Burrow.Carriers.Http.Cycles;
using Burrow.Carriers.Http.Server;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Http;

public sealed class UnprovedCyclesTests
{
    static WebRoute Push(long first) => new(RouteKind.Push, Id: 1, First: first);

    [Fact]
    public async Task Push_BeyondTheBound_IsAsGoodAsLost_UntilSomebodyHasProvedWhoHeIs()
    {
        await using var carrier = new JennyCycles(remote: null, new CycleServer(), TimeProvider.System, static _ => { }) { Id = 1 };
        const int bound = JennyCycles.MostUnproved;
        Assert.Equal(bound, carrier.MostPush);
        Assert.Equal(0, carrier.Push(Push(1), new byte[bound]).Received);
        Assert.Equal(bound, carrier.Push(Push(0), new byte[bound]).Received);
        Assert.Equal(bound, carrier.Push(Push(bound), new byte[1]).Received);

        carrier.Admit();
        Assert.Equal(CycleTuning.LargestPush, carrier.MostPush);
        Assert.Equal(bound + 100_000, carrier.Push(Push(bound), new byte[100_000]).Received);
        carrier.Abort(EndReason.Stopped);
    }
}
