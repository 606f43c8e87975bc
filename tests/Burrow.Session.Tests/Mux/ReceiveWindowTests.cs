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
        Assert.False(window.Consume(4_999, _budget));
        Assert.True(window.Consume(1, _budget));
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
            window.Consume(free, _budget);
            window.Renew(now += TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(10), _budget, SessionOptions.Default.MaxWindow);
        }
        Assert.Equal(SessionOptions.Default.MaxWindow, window.Size);
        window.Close(_budget);
        Assert.Equal(CreditBudget.DefaultTotal, _budget.Free);
    }

    [Fact]
    public void WindowThatIsNotNeeded_ShrinksToTheFirst_AndKeepsReservedWhatIsGrantedUntilThatIsUsed()
    {
        const int Grown = 1024 * 1024;
        Assert.True(_budget.TryReserve(SessionTuning.FirstWindow));
        var window = new ReceiveWindow();
        window.Open(SessionTuning.FirstWindow, 0);
        var now = TimeSpan.FromSeconds(1);
        while (window.Size < Grown) Use((int)(window.Granted - window.Arrived));
        Use(Grown / 4);
        var granted = window.Granted;

        window.Shrink(now + SessionTuning.UnusedWindow - TimeSpan.FromTicks(1), _budget);
        Assert.Equal(Grown, window.Size);
        window.Shrink(now += SessionTuning.UnusedWindow, _budget);
        Assert.Equal((SessionTuning.FirstWindow, Grown * 3 / 4), (window.Size, window.Reserved));
        Assert.Equal(granted, window.Granted); // what was promised stays
        Assert.Equal(CreditBudget.DefaultTotal - window.Reserved, _budget.Free);

        while (window.Reserved > SessionTuning.FirstWindow)
        {
            Assert.False(window.CreditDue);
            Assert.True(window.Arrive(10_000));
            window.Consume(10_000, _budget);
            Assert.Equal(Math.Max(SessionTuning.FirstWindow, (int)(window.Granted - window.Consumed)), window.Reserved);
        }
        while (!window.CreditDue) Use(1000, renew: false);
        window.Renew(now += TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10), _budget, Grown);
        Assert.Equal(window.Consumed + SessionTuning.FirstWindow, window.Granted);
        Use(SessionTuning.FirstWindow);
        Assert.Equal(2 * SessionTuning.FirstWindow, window.Reserved); // and it grows again when it is needed
        window.Close(_budget);
        Assert.Equal(CreditBudget.DefaultTotal, _budget.Free);

        void Use(int bytes, bool renew = true)
        {
            Assert.True(window.Arrive(bytes));
            if (window.Consume(bytes, _budget) && renew) window.Renew(now += TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(10), _budget, Grown);
        }
    }

    [Fact]
    public void Budget_LeavesAQuarterByGrowth_AnEighthByReplayLogs_AndIsShortWhenHalfIsUsed()
    {
        var budget = new CreditBudget(8000);
        Assert.False(budget.IsShort);
        Assert.True(budget.TryGrow(5999));
        Assert.True(budget.IsShort);
        Assert.False(budget.TryGrow(1));
        Assert.True(budget.TryKeep(1000));
        Assert.False(budget.TryKeep(1));
        Assert.True(budget.TryReserve(1001));
        Assert.Equal(0, budget.Free);
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
