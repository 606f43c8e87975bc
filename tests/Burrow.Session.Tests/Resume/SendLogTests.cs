using Burrow.Core.Memory;
using Burrow.Session.Resume;
using Xunit;

namespace Burrow.Session.Tests.Resume;

public sealed class SendLogTests
{
    readonly SlabPool _pool = new(1024, 16);
    readonly SendLog _log = new();

    [Fact]
    public void Replay_InPieces_GivesExactlyWhatWasNotReceived()
    {
        Commit(100, 200, 50);
        _log.Acknowledge(30);
        _log.Rewind(120);
        Assert.True(_log.Replaying);
        var replayed = new List<byte>();
        var piece = new byte[7];
        for (int count; (count = _log.Replay(piece)) > 0;) replayed.AddRange(piece[..count]);
        Assert.Equal(Stream(120, 350), replayed);
        Assert.False(_log.Replaying);
    }

    [Fact]
    public void Rewind_ToTheMiddleOfAPartlyAcknowledgedSegment_Replays()
    {
        Commit(100);
        _log.Acknowledge(40);
        _log.Rewind(60);
        Assert.Equal(Stream(60, 100), Replay());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(300)]
    [InlineData(350)]
    public void Acknowledge_DuringAReplay_KeepsEveryLaterByteAtItsOffset(int acked)
    {
        // Offsets on a link are implicit: leaving acknowledged bytes out would let the peer take new ones for those, and skip them.
        Commit(100, 200, 50);
        _log.Rewind(0);
        _log.Acknowledge((ulong)acked);
        var replayed = Replay();
        Assert.Equal(350, replayed.Length);
        Assert.Equal(Stream(acked, 350), replayed.Skip(acked));
        Assert.Equal(350ul - (ulong)acked, _log.Unacked);
    }

    [Fact]
    public void Rewind_ForgetsWhenOlderLinksSentWhat()
    {
        // Such a stamp counts the deliveries of a link that is gone: taken for this one's, the rate came out as 2^64 bytes in no time.
        Commit(100, 100);
        _log.Rewind(100);
        Assert.Equal(default(SendStamp), _log.Acknowledge(100));
        Replay();
        Assert.Equal(default(SendStamp), _log.Acknowledge(200));
    }

    [Fact]
    public void Acknowledge_OfWholeSegments_TellsTheNewestStamp()
    {
        Commit(10, 10, 10);
        Assert.Null(_log.Acknowledge(9));
        Assert.Equal(2ul, _log.Acknowledge(25)!.Value.Delivered);
    }

    [Fact]
    public void Slabs_GoBackWhenTheirLastByteIsAcknowledged()
    {
        Commit(10, 10);
        Assert.Equal(2, _pool.Outstanding);
        _log.Acknowledge(19);
        Assert.Equal(1, _pool.Outstanding);
        _log.Acknowledge(20);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Clear_GivesEverythingBack()
    {
        Commit(10, 10);
        _log.Acknowledge(5);
        _log.Clear();
        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal(0ul, _log.Unacked);
        Assert.False(_log.Replaying);
    }

    [Fact]
    public void Slab_SharedBySegments_IsFreeAgainWhenNobodyHoldsIt()
    {
        var slab = new LogSlab(_pool.Rent());
        Assert.True(slab.IsSole);
        _log.Commit(slab, 0, 10, default);
        _log.Commit(slab, 10, 10, default);
        Assert.False(slab.IsSole);
        _log.Acknowledge(20);
        Assert.True(slab.IsSole);
        slab.Release();
        Assert.Equal(0, _pool.Outstanding);
    }

    void Commit(params int[] lengths)
    {
        var number = 0ul;
        foreach (var length in lengths)
        {
            var slab = new LogSlab(_pool.Rent());
            Stream((int)_log.Committed, (int)_log.Committed + length).CopyTo(slab.Span[3..]);
            _log.Commit(slab, 3, length, new SendStamp(TimeSpan.FromSeconds(1), ++number));
            slab.Release();
        }
    }

    byte[] Replay()
    {
        var bytes = new byte[2000];
        return bytes[.._log.Replay(bytes)];
    }

    static byte[] Stream(int start, int end) => [.. Enumerable.Range(start, end - start).Select(value => (byte)(value * 7))];
}
