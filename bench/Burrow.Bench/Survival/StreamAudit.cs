using System.Runtime.InteropServices;

namespace Burrow.Bench.Survival;

/// <summary>Reads a <see cref="PositionPattern"/> and counts what is missing and what came twice. Not thread-safe.</summary>
internal sealed class StreamAudit
{
    const int Word = sizeof(ulong);

    // Fewer bytes wait for more: up to 14 of torn words, and two in a row to be sure where it goes on.
    const int Least = PositionPattern.Window;

    readonly byte[] _pending = new byte[(256 * 1024) + Least];
    int _held;

    /// <summary>The byte of the stream that is due next.</summary>
    public long Position { get; private set; }

    public long Lost { get; private set; }

    public long Doubled { get; private set; }

    /// <summary>Where to put the next bytes; then say how many with <see cref="Advance"/>.</summary>
    public Memory<byte> Room => _pending.AsMemory(_held);

    public void Advance(int count)
    {
        _held += count;
        var at = 0;
        while (_held - at >= Least)
        {
            var bytes = _pending.AsSpan(at, _held - at);
            var agreeing = Agreeing(bytes);
            at += agreeing;
            Position += agreeing;
            if (_held - at >= Least)
            {
                at += Jump(_pending.AsSpan(at, _held - at));
            }
        }

        _pending.AsSpan(at, _held - at).CopyTo(_pending);
        _held -= at;
    }

    /// <summary>At the end of the stream: the rest, a few words, and what never came of <paramref name="sent"/> bytes.</summary>
    public void End(long sent)
    {
        Position += _held;
        _held = 0;
        if (sent > Position)
        {
            Lost += sent - Position;
        }
        else
        {
            Doubled += Position - sent;
        }
    }

    // How many bytes are as expected, in whole words; Position is always at the begin of one.
    int Agreeing(ReadOnlySpan<byte> bytes)
    {
        var expected = (ulong)(Position / Word);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var i = 0;
        while (i < words.Length && PositionPattern.PositionOf(words[i]) == expected + (ulong)i)
        {
            i++;
        }

        return i * Word;
    }

    // The stream goes on elsewhere than expected, at some byte of the words that were torn, which count as if they had come whole.
    // Bytes that belong nowhere are skipped, and count as doubled: nobody sent them so.
    int Jump(ReadOnlySpan<byte> bytes)
    {
        if (PositionPattern.Locate(bytes, out var torn) is not { } found)
        {
            Doubled++;
            return 1;
        }

        Lost += Math.Max(found - torn - Position, 0);
        Doubled += Math.Max(Position - (found - torn), 0);
        Position = found;
        return torn;
    }
}
