using Burrow.Core;

namespace Burrow.Carriers.Tests;

/// <summary>Two connections in memory, joined back to back, bounded like a socket's buffers. Either end can be told to read in small pieces.</summary>
sealed class MemoryConnection : Connection
{
    readonly Lane _in;
    readonly Lane _out;

    MemoryConnection(Lane incoming, Lane outgoing) => (_in, _out) = (incoming, outgoing);

    /// <summary>The most that one read returns.</summary>
    public int MaxRead { get; init; } = int.MaxValue;

    /// <summary>Everything that was ever written to this end, for tests that replay it.</summary>
    public List<byte> Written => _out.Recorded;

    public static (MemoryConnection A, MemoryConnection B) Pair(int maxRead = int.MaxValue, int capacity = 256 * 1024)
    {
        var (there, back) = (new Lane(capacity), new Lane(capacity));
        return (new MemoryConnection(back, there) { MaxRead = maxRead }, new MemoryConnection(there, back) { MaxRead = maxRead });
    }

    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        var count = _in.TryTake(buffer.Length > MaxRead ? buffer[..MaxRead] : buffer);
        if (count != Aborted) return count;
        SetEnd(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
        return Aborted;
    }

    public override ValueTask WaitReadableAsync() => End is null ? _in.WhenReadable() : default;

    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is not null || _out.Broken ? Aborted : _out.TryPut(buffer);

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = TryWrite(buffer.Span);
            if (count == Aborted)
            {
                SetEnd(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
                return false;
            }
            if (count == 0) await _out.WhenWritable();
            buffer = buffer[count..];
        }
        return true;
    }

    public override ValueTask<bool> CompleteAsync()
    {
        if (End is not null) return new(false);
        _out.Complete();
        return new(true);
    }

    protected override void AbortCore()
    {
        _in.Break();
        _out.Break();
    }

    public override ValueTask DisposeAsync()
    {
        if (!(_in.Drained && _out.Completed)) Abort(EndReason.Stopped);
        return default;
    }

    /// <summary>One direction.</summary>
    sealed class Lane(int capacity)
    {
        readonly Lock _gate = new();
        readonly byte[] _ring = new byte[capacity];
        int _start, _count;
        TaskCompletionSource? _reader, _writer;

        public List<byte> Recorded { get; } = [];

        public bool Completed { get; private set; }

        public bool Broken { get; private set; }

        public bool Drained => Completed && _count == 0;

        public int TryTake(Span<byte> buffer)
        {
            lock (_gate)
            {
                if (Broken) return Aborted;
                if (_count == 0) return Completed ? EndOfStream : WouldBlock;
                var taken = Math.Min(buffer.Length, _count);
                var first = Math.Min(taken, capacity - _start);
                _ring.AsSpan(_start, first).CopyTo(buffer);
                _ring.AsSpan(0, taken - first).CopyTo(buffer[first..]);
                _start = (_start + taken) % capacity;
                _count -= taken;
                Wake(ref _writer);
                return taken;
            }
        }

        public int TryPut(ReadOnlySpan<byte> buffer)
        {
            lock (_gate)
            {
                var taken = Math.Min(buffer.Length, capacity - _count);
                if (Recorded.Count < 64 * 1024) Recorded.AddRange(buffer[..taken]);
                var end = (_start + _count) % capacity;
                var first = Math.Min(taken, capacity - end);
                buffer[..first].CopyTo(_ring.AsSpan(end));
                buffer[first..taken].CopyTo(_ring);
                _count += taken;
                Wake(ref _reader);
                return taken;
            }
        }

        public ValueTask WhenReadable()
        {
            lock (_gate)
                return _count > 0 || Completed || Broken ? default : Wait(ref _reader);
        }

        public ValueTask WhenWritable()
        {
            lock (_gate)
                return _count < capacity || Broken ? default : Wait(ref _writer);
        }

        public void Complete()
        {
            lock (_gate)
            {
                Completed = true;
                Wake(ref _reader);
            }
        }

        public void Break()
        {
            lock (_gate)
            {
                Broken = true;
                Wake(ref _reader);
                Wake(ref _writer);
            }
        }

        static ValueTask Wait(ref TaskCompletionSource? waiter)
        {
            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(waiter.Task);
        }

        static void Wake(ref TaskCompletionSource? waiter)
        {
            waiter?.TrySetResult();
            waiter = null;
        }
    }
}
