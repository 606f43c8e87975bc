using Burrow.Cli.Compose.Jack;
using Xunit;

namespace Burrow.Cli.Tests.Jack;

public sealed class WayTableTests
{
    static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Ways_AreTriedBestFirst_AndWhatLedNowhereLast()
    {
        var ways = new WayTable(3);
        Assert.Equal([0, 1, 2], ways.Order(At(0)));
        ways.LedNowhere(0, At(0));
        Assert.Equal([1, 2, 0], ways.Order(At(1)));
        Assert.Equal([0, 1, 2], ways.Order(At(2)));
        ways.LedNowhere(0, At(2));
        Assert.Equal([1, 2, 0], ways.Order(At(5.9)));
        ways.Worked(0);
        Assert.Equal([0, 1, 2], ways.Order(At(5.9)));
    }

    [Fact]
    public void AWay_WhoseProxyRefusedThePassword_IsLeftAlone()
    {
        var ways = new WayTable(2);
        ways.RefusedUs(0, At(0));
        Assert.Equal([1], ways.Order(At(29)));
        Assert.Equal([0, 1], ways.Order(At(30)));
        ways.RefusedUs(0, At(30));
        Assert.Equal([1], ways.Order(At(89)));
        for (var count = 0; count < 100; count++) ways.RefusedUs(1, At(90));
        Assert.Equal([0], ways.Order(At(90 + 599)));
        Assert.Equal([0, 1], ways.Order(At(90 + 600)));
    }

    [Fact]
    public void AWay_ThatFailedWhereAnotherWorked_StandsBehind_UntilTheNetworkIsAnotherOne()
    {
        var ways = new WayTable(3);
        ways.Blocked(0);
        Assert.Equal([1, 2, 0], ways.Order(At(1000)));
        ways.Forget();
        Assert.Equal([0, 1, 2], ways.Order(At(1001)));
        ways.Blocked(0);
        ways.Worked(0);
        Assert.Equal([0, 1, 2], ways.Order(At(1002)));
    }

    [Fact]
    public void AWay_ThatIsLostSoonAgainAndAgain_RestsLonger()
    {
        var ways = new WayTable(2);
        ways.Worked(0);
        ways.Lost(0, At(5), At(10));
        Assert.Equal([1, 0], ways.Order(At(11.9)));
        Assert.Equal([0, 1], ways.Order(At(12)));
        ways.Worked(0);
        ways.Lost(0, At(5), At(20));
        Assert.Equal([1, 0], ways.Order(At(23.9)));
        ways.Worked(0);
        ways.Lost(0, At(60), At(100));
        Assert.Equal([0, 1], ways.Order(At(100)));
        ways.Worked(0);
        ways.Lost(0, At(5), At(110));
        Assert.Equal([0, 1], ways.Order(At(112)));
    }

    [Fact]
    public void BetterWays_ThatDoNotWork_AreTriedEverMoreRarely_AndSoonAgainAfterALoss()
    {
        var home = new HomePolicy();
        home.Failed();
        Assert.Equal(At(6), home.Pause);
        for (var count = 0; count < 20; count++) home.Failed();
        Assert.Equal(HomePolicy.LongestLook, home.Pause);
        home.Lost(At(1000));
        Assert.Equal(HomePolicy.Soon, home.Pause);
        home.Failed();
        home.Reset();
        Assert.Equal(HomePolicy.Soon, home.Pause);
    }

    [Fact]
    public void ABetterWay_ThatDoesNotHold_IsTriedEverMoreRarely()
    {
        var home = new HomePolicy();
        Assert.Equal(HomePolicy.Soon, home.Pause);
        home.Lost(At(1)); // it had not come home
        Assert.Equal(HomePolicy.Soon, home.Pause);
        for (var count = 0; count < 20; count++)
        {
            home.Came(At(100 * count));
            home.Lost(At((100 * count) + 5));
            Assert.True(home.Pause <= HomePolicy.Longest);
        }
        Assert.Equal(HomePolicy.Longest, home.Pause);
        home.Came(At(5000));
        home.Lost(At(5061));
        Assert.Equal(HomePolicy.Soon, home.Pause);
    }

    [Fact]
    public void AWay_ThatWorkedTheLastTime_ComesFirst_ThenTheOthersInTheirOrder()
    {
        var ways = new WayTable(4);
        ways.Remember(2);
        Assert.Equal([2, 3, 0, 1], ways.Order(At(0)));
        ways.Worked(0);
        Assert.Equal([0, 2, 3, 1], ways.Order(At(0)));
        ways.Forget();
        ways.Remember(0);
        Assert.Equal([0, 1, 2, 3], ways.Order(At(0)));
    }
}
