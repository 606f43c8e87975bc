using Burrow.Core;

namespace Burrow.Testing;

/// <summary>One direction of a <see cref="MemoryConnection"/>: a ring of bytes with an end.</summary>
internal sealed class MemoryPipe(int capacity)
{
    readonly Lock _lock = new();
    readonly byte[] _ring = new byte[capacity];
    TaskCompletionSource? _readable;
    TaskCompletionSource? _writable;
    int _head;
    int _count;
    bool _completed;
    bool _broken;
    bool _endWasRead;

    public int Count
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    public bool IsCompleted
    {
        get
        {
            lock (_lock) return _completed;
        }
    }

    /// <summary>Whether the reader has seen the end.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_lock) return _endWasRead;
        }
    }

    public int TryRead(Span<byte> buffer)
    {
        lock (_lock)
        {
            if (_broken) return Connection.Aborted;
            if (_count == 0)
            {
                _endWasRead = _completed;
                return _completed ? Connection.EndOfStream : Connection.WouldBlock;
            }
            var taken = Math.Min(buffer.Length, _count);
            var first = Math.Min(taken, capacity - _head);
            _ring.AsSpan(_head, first).CopyTo(buffer);
            _ring.AsSpan(0, taken - first).CopyTo(buffer[first..]);
            _head = (_head + taken) % capacity;
            _count -= taken;
            Wake(ref _writable);
            return taken;
        }
    }

    public int TryWrite(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            if (_broken) return Connection.Aborted;
            if (_completed) throw new InvalidOperationException("A write after the end of the stream.");
            var taken = Math.Min(buffer.Length, capacity - _count);
            var tail = (_head + _count) % capacity;
            var first = Math.Min(taken, capacity - tail);
            buffer[..first].CopyTo(_ring.AsSpan(tail));
            buffer[first..taken].CopyTo(_ring);
            _count += taken;
            if (taken > 0) Wake(ref _readable);
            return taken;
        }
    }

    public Task WaitReadableAsync()
    {
        lock (_lock) return _count > 0 || _completed || _broken ? Task.CompletedTask : (_readable ??= NewSource()).Task;
    }

    public Task WaitWritableAsync()
    {
        lock (_lock) return _count < capacity || _broken ? Task.CompletedTask : (_writable ??= NewSource()).Task;
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Wake(ref _readable);
        }
    }

    public void Break()
    {
        lock (_lock)
        {
            _broken = true;
            Wake(ref _readable);
            Wake(ref _writable);
        }
    }

    static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static void Wake(ref TaskCompletionSource? source)
    {
        source?.TrySetResult();
        source = null;
    }
}
