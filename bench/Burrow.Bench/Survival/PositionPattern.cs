using System.Runtime.InteropServices;

namespace Burrow.Bench.Survival;

/// <summary>A stream in which every 8 bytes tell their own position: what is missing or came twice can be counted in bytes.</summary>
internal static class PositionPattern
{
    /// <summary>So many bytes are enough to find the place again after one jump.</summary>
    public const int Window = MostTorn + (2 * sizeof(ulong));

    const int MostTorn = 2 * (sizeof(ulong) - 1);

    // Odd, so that multiplying by it can be undone; large, so that the words look alike nowhere.
    const ulong Factor = 0x9E37_79B9_7F4A_7C15;
    static readonly ulong Inverse = InverseOf(Factor);

    /// <summary>Fills <paramref name="words"/> from the given word of the stream on.</summary>
    public static void Fill(Span<ulong> words, long firstWord)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = (ulong)(firstWord + i + 1) * Factor;
        }
    }

    /// <summary>Which word of the stream this is; not less than 2^40 when it is none.</summary>
    public static ulong PositionOf(ulong word) => unchecked((word * Inverse) - 1);

    /// <summary>Where the stream goes on: the position of the first byte of the first two whole words in a row, and how many bytes stand before them; null when there are none.</summary>
    /// <param name="bytes">At least <see cref="Window"/>.</param>
    /// <param name="before">At most 14: a word that was torn, and the rest of the one into which it jumped.</param>
    public static long? Locate(ReadOnlySpan<byte> bytes, out int before)
    {
        for (before = 0; before <= MostTorn; before++)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(before, 2 * sizeof(ulong)));
            var position = PositionOf(words[0]);
            if (position < 1UL << 40 && PositionOf(words[1]) == position + 1)
            {
                return (long)position * sizeof(ulong);
            }
        }

        return null;
    }

    // Newton's iteration: each step doubles the number of right bits, and an odd number is its own inverse in the lowest three.
    static ulong InverseOf(ulong odd)
    {
        var inverse = odd;
        for (var rightBits = 3; rightBits < 64; rightBits *= 2)
        {
            inverse = unchecked(inverse * (2 - (odd * inverse)));
        }

        return inverse;
    }
}
