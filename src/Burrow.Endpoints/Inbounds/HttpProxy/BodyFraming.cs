using System.Globalization;
using Burrow.Core.Http;

namespace Burrow.Endpoints.Inbounds.HttpProxy;

/// <summary>
/// Follows a request's body to its end (RFC 9112 6 and 7): what a client sends after it is another request, perhaps for another host, and must not reach this one. The body
/// itself passes as it came, chunks and trailers included.
/// </summary>
sealed class BodyFraming
{
    // A chunk's size has at most 16 digits; its extensions and the trailers have a limit together, so that nobody sends lines for ever.
    const int LongestLines = 16 * 1024;

    State _state;
    long _left; // of the body or of the chunk
    int _lineLength;
    int _linesLength;
    bool _digitsOver;

    BodyFraming(State state, long left) => (_state, _left) = (state, left);

    /// <summary>Whether the body has ended; what follows is not part of the request.</summary>
    public bool IsOver => _state == State.Over;

    /// <summary>Whether the chunks make no sense: the request can't be brought to an end.</summary>
    public bool IsBroken => _state == State.Broken;

    /// <summary>Reads the framing off a head.</summary>
    /// <returns>Null when the head leaves room for two readings (RFC 9112 6.1, 6.3): then nothing of it is passed on.</returns>
    public static BodyFraming? Of(HttpHead head)
    {
        var lengths = head.Elements("Content-Length").Distinct(StringComparer.Ordinal).ToList();
        var codings = head.Elements("Transfer-Encoding").ToList();
        if (codings.Count > 0)
            return lengths.Count == 0 && codings.Count == 1 && codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase) && !head.StartLine.EndsWith("/1.0", StringComparison.Ordinal)
                ? new BodyFraming(State.Size, 0) : null;
        if (!head.Values("Content-Length").Any()) return new BodyFraming(State.Over, 0);
        if (lengths.Count != 1 || !long.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return null;
        return new BodyFraming(length == 0 ? State.Over : State.Counted, length);
    }

    /// <summary>Takes the next bytes of the client.</summary>
    /// <returns>How many of them, from the first, belong to the request.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && _state is not (State.Over or State.Broken))
        {
            if (_state is State.Counted or State.Chunk)
            {
                var count = (int)Math.Min(_left, bytes.Length - at);
                at += count;
                _left -= count;
                if (_left == 0) _state = _state == State.Counted ? State.Over : State.ChunkEnd;
            }
            else
            {
                _state = Step(bytes[at++]);
            }
        }
        return at;
    }

    State Step(byte next)
    {
        if (_state == State.ChunkEnd) return next switch { (byte)'\r' => State.ChunkEnd, (byte)'\n' => StartLine(State.Size), _ => State.Broken };
        if (++_linesLength > LongestLines) return State.Broken;
        return _state == State.Size ? SizeStep(next) : TrailerStep(next);
    }

    State SizeStep(byte next)
    {
        if (next == '\n')
        {
            if (_lineLength == 0) return State.Broken;
            if (_left == 0) return StartLine(State.Trailer);
            _linesLength = 0; // the limit is for one chunk's line, or for all trailers
            return State.Chunk;
        }
        if (next == '\r' || _digitsOver) return State.Size;
        var digit = next switch
        {
            >= (byte)'0' and <= (byte)'9' => next - '0',
            >= (byte)'a' and <= (byte)'f' => next - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => next - 'A' + 10,
            _ => -1,
        };
        if (digit < 0)
        {
            _digitsOver = true;
            return _lineLength > 0 && next is (byte)';' or (byte)' ' or (byte)'\t' ? State.Size : State.Broken;
        }
        if (++_lineLength > 15) return State.Broken;
        _left = (_left << 4) + digit;
        return State.Size;
    }

    State TrailerStep(byte next)
    {
        if (next == '\n') return _lineLength == 0 ? State.Over : StartLine(State.Trailer);
        if (next != '\r') _lineLength++;
        return State.Trailer;
    }

    State StartLine(State state)
    {
        (_lineLength, _digitsOver, _left) = (0, false, 0);
        return state;
    }

    enum State
    {
        Counted,
        Size,
        Chunk,
        ChunkEnd,
        Trailer,
        Over,
        Broken,
    }
}
