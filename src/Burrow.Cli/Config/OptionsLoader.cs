using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>Brings file, command line and defaults together and checks them as a whole, so that everything that is wrong shows at once.</summary>
internal static class OptionsLoader
{
    const string HowToMakeOne = "make one with 'burrow key new -o FILE', and give the same file to both ends with --secret-file FILE";

    public static Checked<JackOptions> Jack(Arguments arguments)
    {
        var (settings, problems) = Load(arguments);
        if (settings.Tunnels.Count == 0) problems.AddMissing(null, "it is not said where Jenny is: give her URL, such as tcp://host:7000");
        if (settings.Maps.Count == 0 && settings.PermitDial.Count + settings.PermitListen.Count == 0)
            problems.AddMissing(null, "there is nothing to do: give a map with -L, -R, --map or in a file with -c");
        var credentials = JackCredentials(settings, problems);
        return new Checked<JackOptions>(problems.Any || credentials is null ? null : new JackOptions
        {
            ConfigFile = arguments.ConfigFile,
            Credentials = credentials,
            Tunnels = settings.Tunnels.ConvertAll(url => url.Value),
            Proxy = ProxyOptions.Of(settings),
            Maps = settings.Maps,
            ProxyUsersFile = settings.ProxyUsers?.Value,
            PermitDial = Permits(settings.PermitDial),
            PermitListen = Permits(settings.PermitListen),
            Name = settings.Name?.Value ?? Environment.MachineName,
            KeepAlive = settings.KeepAlive?.Value ?? Defaults.KeepAlive,
            Retry = settings.Retry?.Value ?? Defaults.Retry,
            SessionTimeout = settings.SessionTimeout?.Value ?? Defaults.SessionTimeout,
            QueueLimit = settings.QueueLimit?.Value ?? Defaults.QueueLimit,
            MemoryLimit = settings.MemoryLimit?.Value ?? Defaults.MemoryLimit,
            Paths = settings.Paths?.Value ?? Defaults.Paths,
            Carrier = settings.Carrier?.Value,
            LogLevel = Level(settings, arguments),
            LogFormat = settings.LogFormat?.Value ?? Defaults.Format,
            Reload = () => Jack(arguments),
        }, problems);
    }

    public static Checked<JennyOptions> Jenny(Arguments arguments)
    {
        var (settings, problems) = Load(arguments);
        var listens = settings.Listens.Count > 0 ? settings.Listens.ConvertAll(url => url.Value) : [Defaults.Listen];
        var credentials = JennyCredentials(settings, listens, problems);
        if ((settings.Certificate ?? settings.CertificateKey) is { } half && (settings.Certificate is null || settings.CertificateKey is null))
            problems.Add(half.Where, "a certificate goes with its key: --cert FILE --key FILE");
        return new Checked<JennyOptions>(problems.Any || credentials is null ? null : new JennyOptions
        {
            ConfigFile = arguments.ConfigFile,
            Credentials = credentials,
            Listens = listens,
            Web = settings.Certificate is { } certificate && settings.CertificateKey is { } key ? (certificate.Value, key.Value) : null,
            Maps = settings.Maps,
            ProxyUsersFile = settings.ProxyUsers?.Value,
            PermitDial = Permits(settings.PermitDial),
            PermitListen = Permits(settings.PermitListen),
            Name = settings.Name?.Value ?? Environment.MachineName,
            KeepAlive = settings.KeepAlive?.Value ?? Defaults.KeepAlive,
            SessionTimeout = settings.SessionTimeout?.Value ?? Defaults.SessionTimeout,
            QueueLimit = settings.QueueLimit?.Value ?? Defaults.QueueLimit,
            MemoryLimit = settings.MemoryLimit?.Value ?? Defaults.MemoryLimit,
            LogLevel = Level(settings, arguments),
            LogFormat = settings.LogFormat?.Value ?? Defaults.Format,
            Reload = () => Jenny(arguments),
        }, problems);
    }

    /// <summary>Reads everything that was said, by whichever side it is meant for.</summary>
    public static (Settings Settings, ProblemList Problems) Load(Arguments arguments)
    {
        var settings = new Settings();
        var problems = new ProblemList();
        if (arguments.ConfigFile is { } path) ConfigFile.Read(path, settings, problems);
        arguments.ApplyTo(settings, problems);
        CheckListeners(settings.Maps, problems);
        if (settings.SecretFile is not null && settings.Identity is { } identity)
            problems.Add(identity.Where, $"there is a secret-file already ({settings.SecretFile.Where}): an end has either a shared secret or an identity of its own");
        return (settings, problems);
    }

    /// <summary>Two maps can't listen on the same address of the same side.</summary>
    static void CheckListeners(List<MapRule> maps, ProblemList problems)
    {
        var taken = new Dictionary<(MapDirection, string), MapRule>();
        foreach (var map in maps)
        {
            if (map.Listener.Port == 0 || taken.TryAdd((map.Direction, map.Listener.ToString().ToLowerInvariant()), map)) continue;
            var first = taken[(map.Direction, map.Listener.ToString().ToLowerInvariant())];
            problems.Add(map.Where, $"another map listens on {map.Listener} already ({first.Where})");
        }
    }

    static Credentials? JackCredentials(Settings settings, ProblemList problems)
    {
        if (settings.SecretFile is { } secret) return new Credentials.SharedSecret(secret.Value);
        if (settings.Identity is { } identity)
        {
            if (settings.Pin is { } pin) return new Credentials.PinnedIdentity(identity.Value, pin.Value);
            problems.AddMissing(identity.Where, "with an identity, Jenny's pin is needed, too (--pin; 'burrow key pin FILE' shows it where she runs)");
            return null;
        }
        if (settings.Pin is { } lonely) problems.Add(lonely.Where, "a pin needs an identity of our own (--identity; 'burrow key new --identity -o FILE' makes one)");
        else if (settings.Tunnels.TrueForAll(url => CarrierText.IsAuthenticated(url.Value))) return new Credentials.FromCarrier();
        else problems.AddMissing(null, $"there is no credential for Jenny: {HowToMakeOne}");
        return null;
    }

    static Credentials? JennyCredentials(Settings settings, List<string> listens, ProblemList problems)
    {
        if (settings.SecretFile is { } secret)
        {
            if (settings.Authorized is { } unused) problems.Add(unused.Where, "an authorized file goes with an identity, not with a shared secret");
            return new Credentials.SharedSecret(secret.Value);
        }
        if (settings.Identity is { } identity)
        {
            if (settings.Authorized is { } authorized) return new Credentials.AuthorizedIdentity(identity.Value, authorized.Value);
            problems.AddMissing(identity.Where, "with an identity, the file of those who may come is needed, too (--authorized)");
            return null;
        }
        if (settings.Authorized is { } lonely) problems.Add(lonely.Where, "an authorized file needs an identity of our own (--identity; 'burrow key new --identity -o FILE' makes one)");
        else if (listens.TrueForAll(CarrierText.IsAuthenticated)) return new Credentials.FromCarrier();
        else problems.AddMissing(null, $"Jenny has no credential and would let nobody in: {HowToMakeOne}");
        return null;
    }

    static List<string>? Permits(List<Given<string>> permits) => permits.Count == 0 ? null : permits.ConvertAll(permit => permit.Value);

    static LogLevel Level(Settings settings, Arguments arguments) =>
        Verbosity.Level(arguments.Verbosity, settings.LogLevel?.Value ?? Defaults.Level);
}
