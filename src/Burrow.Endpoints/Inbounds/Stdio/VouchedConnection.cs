using System.Security.Cryptography;
using Burrow.Core;

namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>
/// One end of a pipe whose ends vouch for what went through. The sender's stream is followed by its SHA-256; the receiver, when all of it is written and the sums agree, answers with its own.
/// </summary>
/// <param name="inner">The local end.</param>
/// <remarks>What is in between has kept every byte already; the sums say it to people, and cover the way between our two local ends as well.</remarks>
public abstract class VouchedConnection(Connection inner) : Connection
{
    protected const int SumLength = SHA256.HashSizeInBytes;

    static readonly EndReason Unfinished = new(EndPhase.Close, EndSide.Peer, EndCause.Closed, "it ended before everything was confirmed");

    readonly TaskCompletionSource<EndReason?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected Connection Inner { get; } = inner;

    protected IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Null when both ends agree on everything; otherwise why not. Completes once.</summary>
    public Task<EndReason?> Outcome => _outcome.Task;

    /// <summary>The SHA-256 of what went through; empty while it is not over.</summary>
    public byte[] Sum { get; protected set; } = [];

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync();
        SetEnd(Inner.End ?? EndReason.Completed);
        _outcome.TrySetResult(End is { Cause: not EndCause.Completed } failed ? failed : Unfinished);
        Hash.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void AbortCore()
    {
        _outcome.TrySetResult(End);
        Inner.Abort(End!);
    }

    protected void Vouch() => _outcome.TrySetResult(null);

    protected int Passed(int result)
    {
        if (result == Aborted) Abort(Inner.End ?? Unfinished);
        return result;
    }
}

/// <summary>The sender's end: gives its stream and then the sum; takes the receiver's sum.</summary>
/// <param name="inner">The local end.</param>
public sealed class VouchedSource(Connection inner) : VouchedConnection(inner)
{
    readonly byte[] _answer = new byte[SumLength];
    int _answered;
    int _sumGiven;

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (Sum.Length == 0)
        {
            var count = Inner.TryRead(buffer);
            if (count > 0) Hash.AppendData(buffer[..count]);
            if (count != EndOfStream) return Passed(count);
            Sum = Hash.GetHashAndReset();
        }
        var rest = Sum.AsSpan(_sumGiven);
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        _sumGiven += rest.Length;
        return rest.Length; // none: the end of the stream
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync() => Sum.Length > 0 || End is not null ? ValueTask.CompletedTask : Inner.WaitReadableAsync();

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is null && _answered + buffer.Length > SumLength) Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "it answers with more than a SHA-256"));
        if (End is not null) return Aborted;
        buffer.CopyTo(_answer.AsSpan(_answered));
        _answered += buffer.Length;
        return buffer.Length;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer) => new(TryWrite(buffer.Span) >= 0);

    /// <inheritdoc/>
    public override ValueTask<bool> CompleteAsync()
    {
        if (End is null && Sum.Length > 0 && _answered == SumLength && Sum.AsSpan().SequenceEqual(_answer)) Vouch();
        else Abort(new EndReason(EndPhase.Close, EndSide.Peer, EndCause.Protocol, _answered < SumLength ? "the receiver did not confirm" : "the receiver has another SHA-256"));
        return End is null ? Inner.CompleteAsync() : new(false);
    }
}

/// <summary>The receiver's end: takes the stream and the sender's sum, and when it has been written gives its own.</summary>
/// <param name="inner">The local end.</param>
public sealed class VouchedSink(Connection inner) : VouchedConnection(inner)
{
    byte[] _held = []; // the last bytes so far, which may be the sum
    bool _isWritten;
    int _sumGiven;

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (!_isWritten)
        {
            var count = Inner.TryRead(buffer);
            if (count != EndOfStream) return Passed(count);
            _isWritten = true;
            if (Sum.Length == 0)
            {
                Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Closed, "the local end takes no more"));
                return Aborted;
            }
            Vouch();
        }
        var rest = Sum.AsSpan(_sumGiven);
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        _sumGiven += rest.Length;
        return rest.Length; // none: the end of the stream
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync() => _isWritten || End is not null ? ValueTask.CompletedTask : Inner.WaitReadableAsync();

    /// <summary>Nothing: which bytes are the sum is known at the end only, so each write begins with some that were held back.</summary>
    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (End is not null) return false;
        var go = Math.Max(0, _held.Length + buffer.Length - SumLength);
        var ofHeld = Math.Min(go, _held.Length);
        if (!await GiveAsync(_held.AsMemory(0, ofHeld)) || !await GiveAsync(buffer[..(go - ofHeld)])) return false;
        _held = [.. _held.AsSpan(ofHeld), .. buffer.Span[(go - ofHeld)..]];
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CompleteAsync()
    {
        var sum = Hash.GetHashAndReset();
        if (End is null && _held.AsSpan().SequenceEqual(sum)) Sum = sum;
        else Abort(new EndReason(EndPhase.Close, EndSide.Peer, EndCause.Protocol, _held.Length < SumLength ? "the sender did not say its SHA-256" : "the sender has another SHA-256"));
        return End is null ? Inner.CompleteAsync() : new(false);
    }

    async ValueTask<bool> GiveAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return true;
        Hash.AppendData(bytes.Span);
        return await Inner.WriteAsync(bytes) || Passed(Aborted) != Aborted;
    }
}
