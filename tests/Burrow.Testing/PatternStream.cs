using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Burrow.Testing;

/// <summary>
/// Bytes that depend on a seed and on their offset only, so that a receiver can tell any byte that was lost, doubled, moved or taken from another stream,
/// and say where.
/// </summary>
public sealed class PatternStream(int seed)
{
    readonly ulong _key = Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15);

    /// <summary>How far <see cref="Next"/> or <see cref="Verify"/> have come.</summary>
    public long Offset { get; private set; }

    /// <summary>Writes the bytes from the current offset on, and advances.</summary>
    public void Next(Span<byte> buffer)
    {
        Fill(Offset, buffer);
        Offset += buffer.Length;
    }

    /// <summary>Compares with the bytes from the current offset on, and advances.</summary>
    /// <exception cref="InvalidDataException">Names the first byte that differs.</exception>
    public void Verify(ReadOnlySpan<byte> received)
    {
        Span<byte> expected = stackalloc byte[1024];
        while (!received.IsEmpty)
        {
            var part = received[..Math.Min(received.Length, expected.Length)];
            Fill(Offset, expected[..part.Length]);
            var same = part.CommonPrefixLength(expected);
            if (same < part.Length)
                throw new InvalidDataException($"Stream {seed}: byte {Offset + same} is 0x{part[same]:x2}, not 0x{expected[same]:x2}.");
            Offset += part.Length;
            received = received[part.Length..];
        }
    }

    /// <summary>The bytes at any offset.</summary>
    public void Fill(long offset, Span<byte> buffer)
    {
        // Whole words first, which is nearly all.
        if ((offset & 7) == 0)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(buffer);
            var key = _key + (ulong)(offset >> 3);
            for (var i = 0; i < words.Length; i++) words[i] = Mix(key + (ulong)i);
            buffer = buffer[(words.Length * 8)..];
            offset += words.Length * 8;
        }

        Span<byte> word = stackalloc byte[8];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(_key + (ulong)(offset >> 3)));
            var part = word[(int)(offset & 7)..];
            if (part.Length > buffer.Length) part = part[..buffer.Length];
            part.CopyTo(buffer);
            buffer = buffer[part.Length..];
            offset += part.Length;
        }
    }

    // The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input changes half of the output's.
    static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
