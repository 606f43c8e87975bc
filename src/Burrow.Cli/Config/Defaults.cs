using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>What holds when nothing is said. Nowhere else.</summary>
internal static class Defaults
{
    /// <summary>Where Jenny waits: every address.</summary>
    public const string Listen = "tcp://*:7000";

    public const int Paths = 1;

    /// <summary>What one channel may hold in each direction: the bandwidth-delay product of 670 Mbit/s over 100 ms.</summary>
    public const long QueueLimit = 8 << 20;

    /// <summary>What all channels of the process may hold together.</summary>
    public const long MemoryLimit = 256 << 20;

    public const LogLevel Level = LogLevel.Information;

    public const LogFormat Format = LogFormat.Text;

    /// <summary>An idle carrier is probed this often; most NATs forget after 60 s or more.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause between two attempts to reconnect.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(8);

    /// <summary>How long a session waits for its other end: a night and a working day.</summary>
    public static readonly TimeSpan SessionTimeout = TimeSpan.FromHours(24);
}
