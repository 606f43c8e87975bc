using System.Net;
using Burrow.Core;

namespace Burrow.Carriers.Http.Cycles;

/// <summary>What both ends of cycles are as connections: bytes go into an <see cref="Outbox"/> and come out of an <see cref="Inbox"/>.</summary>
abstract class CycleConnection(EndPoint? remote, Outbox output, Inbox input) : Connection
{
    /// <summary>How long a close waits until the other end has everything.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    TaskCompletionSource? _readable; // guarded by Gate
    TaskCompletionSource? _writable; // guarded by Gate
    TaskCompletionSource? _finished; // guarded by Gate

    /// <summary>Guards the state machine, and with it both boxes. Held for arithmetic and copies.</summary>
    protected Lock Gate { get; } = new();

    public override EndPoint? RemoteEndPoint => remote;

    /// <summary>A pull that comes back is a sign of life, and costs a request; a ping would cost two more.</summary>
    public override TimeSpan? RareProbe => CycleTuning.RareProbe;

    /// <summary>Bytes were written or read, or the writing ended: there may be something to say.</summary>
    protected abstract void Changed();

    public override int TryRead(Span<byte> buffer)
    {
        int count;
        lock (Gate)
        {
            count = input.Read(buffer);
            if (count == 0) return End is not null ? Aborted : input.AtEnd ? EndOfStream : WouldBlock;
        }
        Changed();
        return count;
    }

    public override ValueTask WaitReadableAsync()
    {
        lock (Gate) return IsReadable ? default : new ValueTask((_readable ??= New()).Task);
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        int count;
        lock (Gate)
        {
            if (End is not null) return Aborted;
            count = output.Write(buffer);
        }
        if (count > 0) Changed();
        return count;
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (true)
        {
            var count = TryWrite(buffer.Span);
            if (count == Aborted) return false;
            buffer = buffer[count..];
            if (buffer.IsEmpty) return true;
            Task? room = null;
            lock (Gate)
            {
                if (End is null && output.Free == 0) room = (_writable ??= New()).Task;
            }
            if (room is not null) await room;
        }
    }

    public override ValueTask<bool> CompleteAsync()
    {
        lock (Gate)
        {
            if (End is not null) return new(false);
            output.Complete();
        }
        Changed();
        return new(true);
    }

    /// <summary>Wakes whoever waits for what has come true. Called without <see cref="Gate"/>.</summary>
    protected void Wake()
    {
        TaskCompletionSource? readable = null, writable = null, finished = null;
        lock (Gate)
        {
            if (IsReadable) (readable, _readable) = (_readable, null);
            if (End is not null || output.Free > 0) (writable, _writable) = (_writable, null);
            if (IsFinished) (finished, _finished) = (_finished, null);
        }
        readable?.TrySetResult();
        writable?.TrySetResult();
        finished?.TrySetResult();
    }

    /// <summary>Waits until the other end has everything, if it was told the end at all and reads on.</summary>
    protected async Task FinishAsync(TimeProvider time)
    {
        Task finished;
        lock (Gate)
        {
            if (!output.IsComplete || !input.AtEnd || IsFinished) return;
            finished = (_finished ??= New()).Task;
        }
        await Task.WhenAny(finished, Task.Delay(Linger, time));
    }

    bool IsReadable => End is not null || input.HasBytes || input.AtEnd;

    bool IsFinished => End is not null || output.EndAcked;

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
