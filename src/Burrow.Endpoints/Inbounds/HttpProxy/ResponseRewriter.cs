using Burrow.Core.Http;

namespace Burrow.Endpoints.Inbounds.HttpProxy;

/// <summary>
/// Rewrites the head of an answer on its way to the client: what holds for the connection to the server only is taken out, and Connection: close put in. Interim answers
/// (1xx) pass before it. Sans-I/O; after the head it has nothing to do any more.
/// </summary>
sealed class ResponseRewriter
{
    const int LongestHead = 64 * 1024;

    byte[] _held = [];
    int _length;
    int _scanned;

    /// <summary>Whether the head has passed: bytes go on as they come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes the server's next bytes.</summary>
    /// <param name="bytes">As they came.</param>
    /// <param name="consumed">How many of them were taken; the rest, after the head, is body.</param>
    /// <returns>What the client gets now; null when this is no HTTP answer.</returns>
    public byte[]? Feed(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        byte[] output = [];
        while (!IsOver && consumed < bytes.Length)
        {
            var count = Math.Min(bytes.Length - consumed, LongestHead - _length);
            if (count == 0) return null;
            if (_held.Length < _length + count) Array.Resize(ref _held, Math.Min(LongestHead, Math.Max(_length + count, _held.Length * 2)));
            bytes.Slice(consumed, count).CopyTo(_held.AsSpan(_length));
            var head = HttpHead.Length(_held.AsSpan(0, _length + count), ref _scanned);
            if (!StartsAsHttp(_held.AsSpan(0, _length + count))) return null;
            if (head == 0)
            {
                _length += count;
                consumed += count;
                continue;
            }
            consumed += head - _length;
            if (HttpHead.Parse(_held.AsSpan(0, head)) is not { } parsed) return null;
            output = [.. output, .. Rewrite(parsed)];
            (_length, _scanned) = (0, 0);
        }
        if (IsOver) _held = [];
        return output;
    }

    byte[] Rewrite(HttpHead head)
    {
        var interim = head.StartLine.Split(' ') is [_, ['1', _, _] and not "101", ..];
        if (interim) return head.ToBytes();
        IsOver = true;
        return head.WithoutHopByHop().ToBytes();
    }

    static bool StartsAsHttp(ReadOnlySpan<byte> bytes)
    {
        var start = "HTTP/1."u8;
        var count = Math.Min(start.Length, bytes.Length);
        return bytes[..count].SequenceEqual(start[..count]);
    }
}
