using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>What happens when the memory for credit is used up (docs/protocol.md §6, credit).</summary>
public sealed class MemoryPressureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Channel_OpenedWithoutMemory_GetsItsCreditWhenThereIsSome(bool committedMeanwhile)
    {
        var pair = new SessionPair(jackBudget: 10_000).Attach();
        Assert.True(pair.Jack.Budget.TryReserve(9_999));
        ScriptedPort? accepted = null;
        pair.Jenny.OnOpen = channel => accepted = pair.Jenny.Accept(channel);
        if (committedMeanwhile)
        {
            var port = pair.Jack.Open();
            pair.Exchange();
            Check(port);
        }
        else
        {
            pair.Detach();
            var port = pair.Jack.Open();
            pair.Attach();
            Check(port);
        }

        void Check(ScriptedPort port)
        {
            pair.Jack.Budget.Release(9_999);
            pair.Pass(TimeSpan.FromMilliseconds(300));
            pair.Exchange();
            accepted!.Write(SessionPair.Bytes(100));
            pair.Exchange();
            Assert.Equal(SessionPair.Bytes(100), port.Received);
        }
    }
}
