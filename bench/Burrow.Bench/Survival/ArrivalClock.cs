using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Burrow.Bench.Load;

namespace Burrow.Bench.Survival;

/// <summary>A stream that comes down without end, watched for the moment at which it goes on.</summary>
internal sealed class ArrivalClock : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly ManualResetEventSlim _arrived = new();
    long _since = long.MaxValue;
    long _first;

    public ArrivalClock(IPEndPoint through)
    {
        _socket.Connect(through);
        _socket.Send([LoadServer.Source]);
        new Thread(Read) { IsBackground = true, Name = "arrivals" }.Start();
    }

    /// <summary>When the first byte after <paramref name="since"/> came; both are of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    /// <exception cref="IOException">None came within <paramref name="patience"/>, or the stream ended.</exception>
    public long FirstAfter(long since, TimeSpan patience)
    {
        _arrived.Reset();
        Volatile.Write(ref _since, since);
        var came = _arrived.Wait(patience);
        Volatile.Write(ref _since, long.MaxValue);
        return came && Volatile.Read(ref _first) is > 0 and var first ? first : throw new IOException($"no byte within {patience.TotalSeconds:0} s, or the connection was lost");
    }

    public void Dispose() => _socket.Dispose();

    void Read()
    {
        var chunk = new byte[256 * 1024];
        try
        {
            while (_socket.Receive(chunk) > 0)
            {
                var now = Stopwatch.GetTimestamp();
                if (now > Volatile.Read(ref _since) && !_arrived.IsSet)
                {
                    Volatile.Write(ref _first, now);
                    _arrived.Set();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Told to whoever waits, below.
        }

        Volatile.Write(ref _first, 0);
        _arrived.Set();
    }
}
