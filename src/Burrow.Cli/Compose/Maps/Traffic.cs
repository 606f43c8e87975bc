using Burrow.Cli.Status;
using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What went through a map, or through one session besides its maps. Thread-safe.</summary>
sealed class Traffic(TimeProvider time)
{
    readonly HashSet<Channel> _open = [];
    readonly RateMeter _sendRate = new(time);
    readonly RateMeter _receiveRate = new(time);
    long _total;
    long _sent;
    long _received;

    public void Opened(Channel channel)
    {
        lock (_open)
        {
            _open.Add(channel);
            _total++;
        }
        if (channel.IsOver) Ended(channel); // it was quicker, and nobody will tell us again
    }

    public void Ended(Channel channel)
    {
        lock (_open)
        {
            if (!_open.Remove(channel)) return;
            _sent += (long)channel.BytesSent;
            _received += (long)channel.BytesReceived;
        }
    }

    /// <summary>Channels now and ever, bytes and rates each way, those of open channels included.</summary>
    public MapStatus Status(string text, MapState state, string? why)
    {
        lock (_open)
        {
            var (sent, received) = (_sent, _received);
            foreach (var channel in _open)
            {
                sent += (long)channel.BytesSent;
                received += (long)channel.BytesReceived;
            }
            return new MapStatus(text, state, why, _open.Count, _total, sent, received, _sendRate.Update(sent), _receiveRate.Update(received));
        }
    }
}
