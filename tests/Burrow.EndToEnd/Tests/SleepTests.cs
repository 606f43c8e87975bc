using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A laptop sleeps, and its path is gone when it wakes: its network forgot it, and nobody answers on the old connection.</summary>
public sealed class SleepTests : CarriesOnTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task EndsThatSleep_WhileThePathIsCut_ConnectionsGoOn(bool both) => GoesOnAfterAsync(async () =>
    {
        LabProcess[] asleep = both ? [Jack, Jenny] : [Jack];
        foreach (var end in asleep) end.Signal(Posix.SigStop);
        await Task.Delay(TimeSpan.FromSeconds(10));
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(5));
        await Task.Delay(TimeSpan.FromSeconds(10));
        foreach (var end in asleep) end.Signal(Posix.SigCont);
    });
}
