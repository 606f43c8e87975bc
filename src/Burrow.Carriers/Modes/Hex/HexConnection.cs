using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Hex;

/// <summary>
/// The obfuscated mode (docs/protocol.md §2): every byte is two lower-case hex digits on the inner connection, which this one owns. Any other character,
/// upper-case digits among them, and an end in the middle of a byte are protocol errors. The platform's conversion is vectorised.
/// </summary>
/// <remarks><see cref="TryWrite"/> never takes anything, because the inner connection may take half of a byte: use <see cref="WriteAsync"/>.</remarks>
public sealed class HexConnection(Connection inner) : Connection
{
    /// <summary>Digits for one inner read or write. Larger pieces leave the cache and gain nothing.</summary>
    const int Piece = 64 * 1024;

    // The first digit of a byte whose second one has not come yet, or 0.
    byte _half;

    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public override TimeSpan? RareProbe => inner.RareProbe;

    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (buffer.IsEmpty) return WouldBlock;
        var digits = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (true)
            {
                var kept = _half == 0 ? 0 : 1;
                digits[0] = _half;
                // As many digits as fit into the caller's buffer, so that nothing decoded has to be kept.
                var count = inner.TryRead(digits.AsSpan(kept, (int)Math.Min((long)buffer.Length * 2, Piece) - kept));
                if (count <= 0) return count == WouldBlock ? WouldBlock : Ended(count);
                count += kept;
                if (!TryDecode(digits.AsSpan(0, count & ~1), buffer) || ((count & 1) != 0 && !IsDigit(digits[count - 1]))) return Spoiled();
                _half = (count & 1) == 0 ? (byte)0 : digits[count - 1];
                if (count >= 2) return count / 2;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(digits);
        }
    }

    public override async ValueTask WaitReadableAsync()
    {
        // A lone digit that arrives is no byte yet; TryRead then says so and is called again.
        if (End is null) await inner.WaitReadableAsync();
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (End is not null) return false;
        var digits = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (!buffer.IsEmpty)
            {
                var count = Math.Min(buffer.Length, Piece / 2);
                Convert.TryToHexStringLower(buffer.Span[..count], digits, out var written);
                if (!await inner.WriteAsync(digits.AsMemory(0, written))) return Lost();
                buffer = buffer[count..];
            }
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(digits);
        }
    }

    public override async ValueTask<bool> CompleteAsync() => End is null && (await inner.CompleteAsync() || Lost());

    protected override void AbortCore() => inner.Abort(End!);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>The platform reads upper case, too; §2 does not.</summary>
    static bool TryDecode(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        !digits.ContainsAnyInRange((byte)'A', (byte)'F') && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done;

    static bool IsDigit(byte c) => c is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f');

    int Ended(int count)
    {
        if (count == EndOfStream && _half == 0) return EndOfStream;
        if (count == EndOfStream) return Spoiled();
        Lost();
        return Aborted;
    }

    int Spoiled()
    {
        Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "not lower-case hex"));
        return Aborted;
    }

    bool Lost()
    {
        SetEnd(inner.End ?? new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Closed));
        return false;
    }
}
