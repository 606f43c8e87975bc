using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What went through a map, or through one session besides its maps. Thread-safe.</summary>
sealed class Traffic(TimeProvider time) : TrafficSum<Channel>(static channel => ((long)channel.BytesSent, (long)channel.BytesReceived), time)
{
    public void Opened(Channel channel)
    {
        Began(channel);
        if (channel.IsOver) Ended(channel); // it was quicker, and nobody will tell us again
    }
}
