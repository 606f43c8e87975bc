using System.Runtime.InteropServices;

namespace Burrow.Bench.Survival;

/// <summary>Reads a <see cref="PositionPattern"/> and counts what is missing and what came twice. Not thread-safe.</summary>
internal sealed class StreamAudit
{
    const int Word = sizeof(ulong);

    // Two words in a row at any of eight alignments: fewer bytes can't be told from noise, and wait for more.
    const int Least = 3 * Word;

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

    /// <summary>At the end of the stream: the rest, less than three words, and what never came of <paramref name="sent"/> bytes.</summary>
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

    // How many bytes are as expected, in whole words from a word's begin.
    int Agreeing(ReadOnlySpan<byte> bytes)
    {
        // After a jump into a word: that one is known to be right, for it was found by its neighbours.
        var start = (int)((Word - (Position % Word)) % Word);
        var expected = (ulong)((Position + start) / Word);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes[start..]);
        var i = 0;
        while (i < words.Length && PositionPattern.PositionOf(words[i]) == expected + (ulong)i)
        {
            i++;
        }

        return i == 0 ? 0 : start + (i * Word);
    }

    // The stream goes on elsewhere than expected. Bytes that belong nowhere are skipped, and count as doubled: nobody sent them so.
    int Jump(ReadOnlySpan<byte> bytes)
    {
        if (PositionPattern.Locate(bytes) is not { } found)
        {
            Doubled++;
            return 1;
        }

        Lost += Math.Max(found - Position, 0);
        Doubled += Math.Max(Position - found, 0);
        Position = found;
        return 0;
    }
}
