using Burrow.Carriers.Http.Cycles;
using Xunit;

namespace Burrow.Carriers.Tests.Http.Cycles;

public sealed class InboxTests
{
    static byte[] Read(Inbox inbox)
    {
        var buffer = new byte[100];
        return buffer[..inbox.Read(buffer)];
    }

    [Fact]
    public void Add_OutOfTurn_WaitsForTheGap()
    {
        var inbox = new Inbox(100);
        Assert.True(inbox.Add(3, new byte[] { 3, 4 }, fin: false));
        Assert.False(inbox.HasBytes);
        Assert.True(inbox.Add(0, new byte[] { 0, 1, 2 }, fin: false));
        Assert.Equal([0, 1, 2, 3, 4], Read(inbox));
    }

    [Fact]
    public void Add_TwiceAndOverlapping_CountsOnce()
    {
        var inbox = new Inbox(100);
        inbox.Add(0, new byte[] { 0, 1 }, fin: false);
        inbox.Add(0, new byte[] { 0, 1 }, fin: false);
        inbox.Add(1, new byte[] { 1, 2, 3 }, fin: true);
        Assert.Equal([0, 1, 2, 3], Read(inbox));
        Assert.True(inbox.AtEnd);
        Assert.Equal(5, inbox.Acknowledged);
    }

    [Fact]
    public void Add_BeyondTheWindow_IsAsIfLost()
    {
        var inbox = new Inbox(4);
        Assert.True(inbox.Add(0, new byte[5], fin: true));
        Assert.Equal(0, inbox.Received);
        Assert.False(inbox.IsWhole);
    }

    [Fact]
    public void Add_ManyOverlappingPieces_HoldsNoMoreThanTheWindow()
    {
        var inbox = new Inbox(1000);
        for (var i = 1; i < 900; i++) inbox.Add(i, new byte[100], fin: false);
        inbox.Add(0, new byte[1], fin: false);
        Assert.InRange(inbox.Received, 100, 1000);
    }

    [Fact]
    public void Add_AfterTheEnd_Contradicts()
    {
        var inbox = new Inbox(100);
        Assert.True(inbox.Add(0, new byte[3], fin: true));
        Assert.False(inbox.Add(3, new byte[1], fin: false));
        Assert.False(inbox.Add(0, new byte[2], fin: true));
    }

    [Fact]
    public void Ack_OfWhatWasNeverWritten_IsRefused()
    {
        var outbox = new Outbox(1 << 16);
        outbox.Write(new byte[10]);
        Assert.False(outbox.Ack(11));
        outbox.Complete();
        Assert.True(outbox.Ack(11));
        Assert.True(outbox.EndAcked);
    }
}
