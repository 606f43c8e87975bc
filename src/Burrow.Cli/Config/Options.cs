using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Identity;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>Who we are and whom we trust. Either a shared secret, or an identity with whom it goes to; or nothing, over carriers that are authenticated themselves.</summary>
internal abstract record Credentials
{
    Credentials()
    {
    }

    /// <summary>Both ends' keys come from one secret.</summary>
    internal sealed record SharedSecret(string File) : Credentials;

    /// <summary>Jack's own key and Jenny's pin.</summary>
    internal sealed record PinnedIdentity(string IdentityFile, Pin Pin) : Credentials;

    /// <summary>Jenny's own key and the file of those who may come.</summary>
    internal sealed record AuthorizedIdentity(string IdentityFile, string AuthorizedFile) : Credentials;

    /// <summary>Every carrier says itself who is at its other end.</summary>
    internal sealed record FromCarrier : Credentials;
}

/// <summary>What both ends can be told, with defaults filled in.</summary>
internal abstract record TunnelOptions
{
    /// <summary>The configuration file to read again on SIGHUP, or null.</summary>
    public required string? ConfigFile { get; init; }

    /// <summary>Who we are and whom we trust.</summary>
    public required Credentials Credentials { get; init; }

    /// <summary>The maps, those of the file first.</summary>
    public required IReadOnlyList<MapRule> Maps { get; init; }

    /// <summary>The file of those who may use dynamic maps; null: whoever can reach the port.</summary>
    public required string? ProxyUsersFile { get; init; }

    /// <summary>What the other side may dial from here; null: nothing was said, the role's own default holds.</summary>
    public required IReadOnlyList<string>? PermitDial { get; init; }

    /// <summary>Where the other side may listen here; null: nothing was said, the role's own default holds.</summary>
    public required IReadOnlyList<string>? PermitListen { get; init; }

    public required string Name { get; init; }

    public required TimeSpan KeepAlive { get; init; }

    public required TimeSpan SessionTimeout { get; init; }

    /// <summary>Bytes that one channel may hold in each direction.</summary>
    public required long QueueLimit { get; init; }

    /// <summary>Bytes that all channels may hold together.</summary>
    public required long MemoryLimit { get; init; }

    public required LogLevel LogLevel { get; init; }

    public required LogFormat LogFormat { get; init; }
}

/// <summary>Everything <c>burrow jack</c> needs, checked.</summary>
internal sealed record JackOptions : TunnelOptions
{
    /// <summary>Ways to Jenny, the one to begin with first; at least one.</summary>
    public required IReadOnlyList<string> Tunnels { get; init; }

    /// <summary>The only way that http and https URLs may carry; null: whichever works best.</summary>
    public required WebWay? Carrier { get; init; }

    public required ProxyOptions Proxy { get; init; }

    /// <summary>The longest pause between attempts to reconnect.</summary>
    public required TimeSpan Retry { get; init; }

    /// <summary>How many sessions connections are spread over, for each mode.</summary>
    public required int Paths { get; init; }

    /// <summary>Reads the file and the command line again, as on SIGHUP.</summary>
    public required Func<Checked<JackOptions>> Reload { get; init; }
}

/// <summary>What was said about a proxy on the way to Jenny, and about HTTP requests.</summary>
/// <param name="Url">A URL, <c>none</c>, or null: the environment decides.</param>
/// <param name="IsVisible">The URL was an argument, which everybody on this machine can read.</param>
/// <param name="PasswordFile">Where the password is; null: in the URL, or to be asked for.</param>
/// <param name="UserAgent">Null: the default.</param>
/// <param name="Headers">Further header lines.</param>
internal sealed record ProxyOptions(string? Url, bool IsVisible, string? PasswordFile, string? UserAgent, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public static ProxyOptions Of(Settings settings) => new(
        settings.Proxy?.Value, settings.Proxy is { Where.Source.IsFile: false }, settings.ProxyPasswordFile?.Value, settings.UserAgent?.Value, settings.Headers.ConvertAll(header => header.Value));
}

/// <summary>Everything <c>burrow jenny</c> needs, checked.</summary>
internal sealed record JennyOptions : TunnelOptions
{
    /// <summary>Where to wait; at least one.</summary>
    public required IReadOnlyList<string> Listens { get; init; }

    /// <summary>The files of an ordinary certificate and its key, for https; null: none.</summary>
    public required (string Certificate, string Key)? Web { get; init; }

    /// <summary>Reads the file and the command line again, as on SIGHUP.</summary>
    public required Func<Checked<JennyOptions>> Reload { get; init; }
}

/// <summary>Options, or everything that is wrong with them.</summary>
internal sealed record Checked<T>(T? Value, ProblemList Problems) where T : class;
