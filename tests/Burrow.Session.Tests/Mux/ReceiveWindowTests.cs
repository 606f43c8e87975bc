using Burrow.Session.Mux;
using Xunit;

namespace Burrow.Session.Tests.Mux;

public sealed class ReceiveWindowTests
{
    readonly CreditBudget _budget = new(CreditBudget.DefaultTotal);

    [Fact]
    public void Credit_IsDueWhenHalfOfTheWindowIsFree_AndAbsolute()
    {
        var window = new ReceiveWindow();
        window.Open(10_000, 0);
        Assert.True(window.Arrive(10_000));
        Assert.False(window.Consume(4_999));
        Assert.True(window.Consume(1));
        Assert.Equal(15_000ul, window.Renew(TimeSpan.FromSeconds(9), TimeSpan.FromMilliseconds(10), _budget, SessionOptions.Default.MaxWindow));
        Assert.False(window.CreditDue);
    }

    [Fact]
    public void Arrival_BeyondWhatWasGranted_IsRefused()
    {
        var window = new ReceiveWindow();
        window.Open(100, early: 150);
        Assert.True(window.Arrive(150));
        Assert.False(window.Arrive(1));
    }

    [Fact]
    public void Window_DoublesWhenItIsUsedUpWithinTwoRoundTrips_AndNeverBeyondItsBound()
    {
        Assert.True(_budget.TryReserve(SessionTuning.FirstWindow));
        var window = new ReceiveWindow();
        window.Open(SessionTuning.FirstWindow, 0);
        var now = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 100; i++)
        {
            var free = (int)(window.Granted - window.Arrived);
            Assert.True(window.Arrive(free));
            window.Consume(free);
            window.Renew(now += TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(10), _budget, SessionOptions.Default.MaxWindow);
        }
        Assert.Equal(SessionOptions.Default.MaxWindow, window.Size);
        window.Close(_budget);
        Assert.Equal(CreditBudget.DefaultTotal, _budget.Free);
    }

    [Fact]
    public void Budget_GivesLateComersLess_ThenNothing_AndKeepsAQuarterFromGrowth()
    {
        var budget = new CreditBudget(100_000_000);
        Assert.Equal((int)(100_000_000 / 8192), budget.ReserveFirst());
        Assert.True(budget.TryGrow(70_000_000));
        Assert.False(budget.TryGrow(10_000_000));
        Assert.True(budget.TryReserve(budget.Free - 9000));
        Assert.Equal(SessionTuning.MinWindow, budget.ReserveFirst());
        Assert.Equal(0, budget.ReserveFirst());
    }
}
