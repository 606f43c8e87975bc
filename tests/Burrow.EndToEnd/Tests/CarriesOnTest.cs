using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Something happens under open connections, and they carry on, both ways.</summary>
public abstract class CarriesOnTest : TunnelTest
{
    /// <summary>An idle connection and one under way in each direction, before, during and after something happens; the idle ones stay untouched meanwhile; without traffic all are idle.</summary>
    internal async Task GoesOnAfterAsync(Func<Task> happensAsync, bool start = true, bool traffic = true, string mode = "encrypted")
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        if (start) StartBoth(mode);
        using var toJenny = await DialJackAsync();
        using var toJack = await DialJennyAsync();
        await toJenny.EchoAsync("before");
        await toJack.EchoAsync("before");
        using var busy = await DialJackAsync();
        await busy.EchoAsync("before");

        var happening = happensAsync();
        var under = 0;
        // The answer may take as long as the trouble lasts; it comes, and only once.
        while (traffic && (!happening.IsCompleted || under == 0))
        {
            await busy.EchoAsync($"during {++under}", seconds: 90);
            await Task.Delay(50);
        }

        await happening;
        await toJenny.EchoAsync("after");
        await toJack.EchoAsync("after");
        await busy.EchoAsync("after");
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("fresh");
        Assert.Equal(0, toJenny.Available + toJack.Available + busy.Available);
        Assert.False(Jack.HasExited || Jenny.HasExited);
    }
}
