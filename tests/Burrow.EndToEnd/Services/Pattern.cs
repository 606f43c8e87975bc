using System.Buffers.Binary;
using System.Net.Sockets;

namespace Burrow.EndToEnd.Services;

/// <summary>
/// A stream in which every eight bytes say where they belong: a word is the seed mixed with its own position. So the receiver knows of each byte not
/// only that it is wrong but whether something was lost, doubled or exchanged, and neither side has to keep what was sent.
/// </summary>
sealed class Pattern(ulong seed)
{
    const int Word = sizeof(ulong);
    const int Chunk = 64 * 1024;

    long _sent;
    long _received;

    /// <summary>Bytes that were sent and received so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <inheritdoc cref="Sent"/>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Sends so many bytes of the pattern (a multiple of eight).</summary>
    public async Task SendAsync(Socket socket, long length)
    {
        var buffer = new byte[Chunk];
        for (long position = 0; position < length;)
        {
            var count = (int)Math.Min(Chunk, length - position);
            Fill(buffer.AsSpan(0, count), position);
            await socket.SendAllAsync(buffer.AsMemory(0, count));
            position += count;
            Interlocked.Add(ref _sent, count);
        }
    }

    /// <summary>Receives and checks so many bytes of the pattern.</summary>
    /// <exception cref="InvalidDataException">A word is not the expected one; the message says what it is instead.</exception>
    public async Task ReceiveAsync(Socket socket, long length)
    {
        var buffer = new byte[Chunk];
        var filled = 0;
        for (long position = 0; position < length;)
        {
            var wanted = (int)Math.Min(Chunk, length - position) - filled;
            var received = await socket.ReceiveAsync(buffer.AsMemory(filled, wanted));
            if (received == 0) throw new InvalidDataException($"the stream ended after {position + filled} of {length} bytes");
            Interlocked.Add(ref _received, received);
            filled += received;
            var whole = filled / Word * Word;
            Check(buffer.AsSpan(0, whole), position);
            position += whole;
            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            filled -= whole;
        }
    }

    void Fill(Span<byte> bytes, long position)
    {
        for (var i = 0; i < bytes.Length; i += Word)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], WordAt(position + i));
    }

    void Check(ReadOnlySpan<byte> bytes, long position)
    {
        for (var i = 0; i < bytes.Length; i += Word)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            if (word != WordAt(position + i)) throw new InvalidDataException($"at {position + i}: {Describe(word, position + i)}");
        }
    }

    // The mixing is a multiplication by an odd number, which can be undone: a displaced word tells where it came from.
    const ulong Mix = 0x9E3779B97F4A7C15;

    ulong WordAt(long position) => ((ulong)position + 1) * Mix ^ seed;

    string Describe(ulong word, long expected)
    {
        var origin = unchecked((long)((word ^ seed) * Inverse(Mix) - 1));
        return origin < 0 || origin % Word != 0 || origin > expected + (1L << 40) ? "bytes that were never sent on this stream"
            : origin < expected ? $"doubled: the bytes of {origin} again"
            : $"lost: the bytes of {origin} came instead, {origin - expected} are missing or late";
    }

    // Newton's iteration doubles the number of correct low bits each time.
    static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
        return inverse;
    }
}
