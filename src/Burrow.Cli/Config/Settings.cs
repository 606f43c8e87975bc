using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Identity;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>A value and where it was written.</summary>
internal sealed record Given<T>(T Value, Span Where);

/// <summary>What a file and a command line set, before defaults. Filled through <see cref="SettingTable"/> only.</summary>
internal sealed class Settings
{
    public List<Given<string>> Tunnels { get; } = [];

    public List<Given<string>> Listens { get; } = [];

    public List<Given<string>> PermitDial { get; } = [];

    public List<Given<string>> PermitListen { get; } = [];

    public List<MapRule> Maps { get; } = [];

    public Given<string>? SecretFile { get; set; }

    public Given<string>? Identity { get; set; }

    public Given<string>? Authorized { get; set; }

    public Given<string>? ProxyUsers { get; set; }

    public Given<string>? Proxy { get; set; }

    public Given<string>? ProxyPasswordFile { get; set; }

    public Given<string>? UserAgent { get; set; }

    public List<Given<KeyValuePair<string, string>>> Headers { get; } = [];

    public Given<Pin>? Pin { get; set; }

    public Given<TimeSpan>? KeepAlive { get; set; }

    public Given<TimeSpan>? Retry { get; set; }

    public Given<TimeSpan>? SessionTimeout { get; set; }

    public Given<long>? QueueLimit { get; set; }

    public Given<long>? MemoryLimit { get; set; }

    public Given<int>? Paths { get; set; }

    /// <summary>Null inside: any.</summary>
    public Given<WebWay?>? Carrier { get; set; }

    public Given<string>? Certificate { get; set; }

    public Given<string>? CertificateKey { get; set; }

    public Given<string>? Name { get; set; }

    public Given<LogLevel>? LogLevel { get; set; }

    public Given<LogFormat>? LogFormat { get; set; }
}
