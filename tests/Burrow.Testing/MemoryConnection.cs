using System.Net;
using Burrow.Core;

namespace Burrow.Testing;

/// <summary>One end of a connection that lives in memory: bounded, with half-close and reset, and without a kernel between the ends.</summary>
/// <remarks>What one end wrote the other can read at once; an abort is seen by the other end at once and drops what was not read.</remarks>
public sealed class MemoryConnection : Connection
{
    static readonly EndReason PeersReset = new(EndPhase.Relay, EndSide.Peer, EndCause.Reset);

    // Enough for what tests replay, and no burden for those that move megabytes.
    const int MaxRecorded = 64 * 1024;

    readonly MemoryPipe _incoming;
    readonly MemoryPipe _outgoing;
    readonly List<byte> _written = [];
    MemoryConnection _peer = null!;

    MemoryConnection(MemoryPipe incoming, MemoryPipe outgoing, EndPoint? local, EndPoint? remote)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public override EndPoint? LocalEndPoint { get; }

    public override EndPoint? RemoteEndPoint { get; }

    /// <summary>Bytes that wait to be read here.</summary>
    public int Buffered => _incoming.Count;

    /// <summary>The most that one read returns.</summary>
    public int MaxRead { get; private init; } = int.MaxValue;

    /// <summary>The largest buffer that anybody wanted to read into.</summary>
    public int LargestRead { get; private set; }

    /// <summary>The first 64 KiB that were ever written to this end, for tests that replay them. To be looked at when nobody writes.</summary>
    public IReadOnlyList<byte> Written => _written;

    /// <param name="capacity">How many bytes each direction holds before writes wait.</param>
    /// <param name="clientEndPoint">The address of the first end, as the second sees it.</param>
    /// <param name="serverEndPoint">The address of the second end.</param>
    /// <param name="maxRead">The most that one read of either end returns.</param>
    public static (MemoryConnection First, MemoryConnection Second) CreatePair(
        int capacity = 64 * 1024, EndPoint? clientEndPoint = null, EndPoint? serverEndPoint = null, int maxRead = int.MaxValue)
    {
        var there = new MemoryPipe(capacity);
        var back = new MemoryPipe(capacity);
        var first = new MemoryConnection(back, there, clientEndPoint, serverEndPoint) { MaxRead = maxRead };
        var second = new MemoryConnection(there, back, serverEndPoint, clientEndPoint) { MaxRead = maxRead };
        first._peer = second;
        second._peer = first;
        return (first, second);
    }

    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        LargestRead = Math.Max(LargestRead, buffer.Length);
        return _incoming.TryRead(buffer.Length > MaxRead ? buffer[..MaxRead] : buffer);
    }

    public override ValueTask WaitReadableAsync() => new(_incoming.WaitReadableAsync());

    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is not null) return Aborted;
        var taken = _outgoing.TryWrite(buffer);
        if (taken > 0 && _written.Count < MaxRecorded) _written.AddRange(buffer[..taken]);
        return taken;
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (true)
        {
            var taken = TryWrite(buffer.Span);
            if (taken == Aborted) return false;
            buffer = buffer[taken..];
            if (buffer.IsEmpty) return true;
            await _outgoing.WaitWritableAsync();
        }
    }

    public override ValueTask<bool> CompleteAsync()
    {
        if (End is not null) return new ValueTask<bool>(false);
        _outgoing.Complete();
        return new ValueTask<bool>(true);
    }

    public override ValueTask DisposeAsync()
    {
        if (!_incoming.IsDrained || !_outgoing.IsCompleted) Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
        SetEnd(EndReason.Completed);
        return ValueTask.CompletedTask;
    }

    protected override void AbortCore()
    {
        _peer.SetEnd(PeersReset);
        _incoming.Break();
        _outgoing.Break();
    }
}
