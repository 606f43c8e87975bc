using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>One end does not run for a while: a laptop that slept, a machine under a debugger or out of memory.</summary>
public sealed class StoppedEndTests : CarriesOnTest
{
    [Theory]
    [InlineData("jack")]
    [InlineData("jenny")]
    public Task AnEndIsStoppedForHalfAMinute_ConnectionsGoOn(string which) => GoesOnAfterAsync(async () =>
    {
        var stopped = which == "jack" ? Jack : Jenny;
        stopped.Signal(Posix.SigStop);
        await Task.Delay(TimeSpan.FromSeconds(30));
        stopped.Signal(Posix.SigCont);
    });
}
