using System.Net;

namespace Burrow.Core;

/// <summary>
/// The one thing that flows through Burrow: an ordered duplex byte stream with half-close and reset. A socket, a carrier, a mode around a
/// carrier, standard input and output, and a channel's local end are all Connections, and what wraps one is one again.
/// </summary>
/// <remarks>
/// <para>Results, not exceptions: reads return a count or one of the negative codes below, writes return whether the bytes were taken.
/// After <see cref="Aborted"/> (or a false), <see cref="End"/> tells why; the first reason is kept.</para>
/// <para>Threading: one reader and one writer at a time, which may be different threads. <see cref="Abort"/> may be called from any thread at
/// any time and makes a pending read or write return. There are no cancellation tokens: to stop a loop, abort its connection.</para>
/// </remarks>
public abstract class Connection : IAsyncDisposable
{
    /// <summary>A read's result when the other side has completed its direction and everything was read.</summary>
    public const int EndOfStream = 0;

    /// <summary>A read's or write's result when the connection was aborted by either side; see <see cref="End"/>.</summary>
    public const int Aborted = -1;

    /// <summary>A non-blocking read's result when nothing is there yet.</summary>
    public const int WouldBlock = -2;

    EndReason? _end;

    /// <summary>Why the connection was aborted, or null while it was not.</summary>
    public EndReason? End => Volatile.Read(ref _end);

    /// <summary>The far end's address as a person would write it, for logs and allow lists; null when there is none.</summary>
    public virtual EndPoint? RemoteEndPoint => null;

    /// <summary>Our own address of this connection; null when there is none.</summary>
    public virtual EndPoint? LocalEndPoint => null;

    /// <summary>How rarely an idle carrier of this kind needs a sign of life, because it notices by itself when its path is dead; null: as often as any.</summary>
    public virtual TimeSpan? RareProbe => null;

    /// <summary>Reads what is there without waiting.</summary>
    /// <returns>The number of bytes read (at least 1), or <see cref="EndOfStream"/>, <see cref="Aborted"/> or <see cref="WouldBlock"/>.</returns>
    public abstract int TryRead(Span<byte> buffer);

    /// <summary>Completes when <see cref="TryRead"/> would no longer return <see cref="WouldBlock"/>. Holds no buffer while it waits.</summary>
    public abstract ValueTask WaitReadableAsync();

    /// <summary>
    /// Looks whether the other side has reset the connection, behind bytes that the caller has no place for yet and that therefore stay unread. One system call, which consumes nothing:
    /// for a look now and then. An end of stream behind such bytes is no reset.
    /// </summary>
    /// <returns>True when the connection is aborted; <see cref="End"/> tells why. A kind of connection that can't tell without reading says false.</returns>
    /// <remarks>The caller stands in the reader's place: no read and no wait is under way.</remarks>
    public virtual bool DetectReset() => End is not null;

    /// <summary>Reads at least one byte.</summary>
    /// <returns>The number of bytes read, or <see cref="EndOfStream"/> or <see cref="Aborted"/>.</returns>
    public virtual async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        int count;
        while ((count = TryRead(buffer.Span)) == WouldBlock)
            await WaitReadableAsync();
        return count;
    }

    /// <summary>Writes what the connection takes without waiting.</summary>
    /// <returns>How many bytes were taken; 0 when none can be taken now (use <see cref="WriteAsync"/>); or <see cref="Aborted"/>.</returns>
    public abstract int TryWrite(ReadOnlySpan<byte> buffer);

    /// <summary>Writes all of the buffer.</summary>
    /// <returns>False when the connection was aborted before all bytes were taken.</returns>
    public abstract ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>Half-close: the other side will read an end of stream after everything that was written. Reading goes on.</summary>
    /// <returns>False when the connection was aborted.</returns>
    public abstract ValueTask<bool> CompleteAsync();

    /// <summary>
    /// Nothing is read any more: a pending wait returns, reads return <see cref="EndOfStream"/>, and what still comes is thrown away. Unlike an abort it leaves what was written on its way.
    /// A connection that can't do that is aborted. Any thread.
    /// </summary>
    public virtual void StopReading() => Abort(EndReason.Completed);

    /// <summary>Bytes that were written and that the other end's system has not confirmed; 0 where nobody knows.</summary>
    public virtual int UnsentBytes => 0;

    /// <summary>Asks the other end's system, without a byte of the stream, whether it is still there. Any thread, one question at a time.</summary>
    /// <param name="patience">How long the answer may take.</param>
    /// <returns>False when there was no answer, or the connection was aborted. Where nobody can ask it is taken to be there.</returns>
    public virtual ValueTask<bool> AnswersAsync(TimeSpan patience) => new(End is null);

    /// <summary>Ends both directions at once; a TCP peer sees a reset. Idempotent; the first reason is kept.</summary>
    public void Abort(EndReason reason)
    {
        if (SetEnd(reason)) AbortCore();
    }

    /// <summary>Records why the connection ended, if nothing did before.</summary>
    /// <returns>True if this was the first reason.</returns>
    protected bool SetEnd(EndReason reason) => Interlocked.CompareExchange(ref _end, reason, null) is null;

    /// <summary>Tears the transport down. Called once, by the first <see cref="Abort"/>.</summary>
    protected abstract void AbortCore();

    /// <summary>Releases the transport. Closes gracefully when both directions are complete, and otherwise aborts.</summary>
    public abstract ValueTask DisposeAsync();
}
