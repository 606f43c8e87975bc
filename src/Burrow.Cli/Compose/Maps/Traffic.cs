using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What went through a map. Thread-safe.</summary>
sealed class Traffic
{
    readonly HashSet<Channel> _open = [];
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

    /// <summary>Channels now and ever, bytes each way, those of open channels included.</summary>
    public (int Now, long Total, long Sent, long Received) Read()
    {
        lock (_open)
        {
            var (sent, received) = (_sent, _received);
            foreach (var channel in _open)
            {
                sent += (long)channel.BytesSent;
                received += (long)channel.BytesReceived;
            }
            return (_open.Count, _total, sent, received);
        }
    }
}
