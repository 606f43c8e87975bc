using System.Collections.Frozen;
using Burrow.Carriers.Http.Client;
using Burrow.Cli.Config.Tcl;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>Whose setting it is.</summary>
[Flags]
internal enum Roles
{
    Jack = 1,
    Jenny = 2,
    Both = Jack | Jenny,
}

/// <summary>A setting: <c>config NAME VALUE</c> in a file, <c>--NAME VALUE</c> on the command line.</summary>
/// <param name="Name">Its name in both.</param>
/// <param name="Roles">Who uses it. A file may serve both ends, so the other one just ignores it.</param>
/// <param name="Value">What its value is called in help.</param>
/// <param name="Meaning">One line of help.</param>
/// <param name="Repeats">Whether it takes several values and may be given again.</param>
/// <param name="Read">Reads one value.</param>
/// <param name="Clear">Forgets what a file said, when the command line says something else.</param>
internal sealed record Setting(
    string Name, Roles Roles, string Value, string Meaning, bool Repeats, Action<Settings, Word, ProblemList> Read, Action<Settings> Clear);

/// <summary>All settings there are; the file, the command line, its help and the documentation's test read this table.</summary>
internal static class SettingTable
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    static readonly Dictionary<string, LogLevel> LogLevels = new(StringComparer.Ordinal)
    {
        ["error"] = LogLevel.Error,
        ["warning"] = LogLevel.Warning,
        ["info"] = LogLevel.Information,
        ["debug"] = LogLevel.Debug,
        ["trace"] = LogLevel.Trace,
    };

    static readonly Dictionary<string, WebWay?> Carriers = new(StringComparer.Ordinal)
    {
        ["auto"] = null,
        ["ws"] = WebWay.WebSocket,
        ["http"] = WebWay.Streaming,
        ["cycles"] = WebWay.Cycles,
    };

    static readonly Dictionary<string, LogFormat> LogFormats = new(StringComparer.Ordinal)
    {
        ["text"] = LogFormat.Text,
        ["json"] = LogFormat.Json,
    };

    public static readonly IReadOnlyList<Setting> All =
    [
        Many("tunnel", Roles.Jack, "URL", "how to reach Jenny, the way to begin with first", settings => settings.Tunnels, CarrierText.Dial),
        Many("listen", Roles.Jenny, "URL", $"where to wait for tunnels (default {Defaults.Listen})", settings => settings.Listens, CarrierText.Listen),
        One("secret-file", Roles.Both, "FILE", "the shared secret that 'burrow key new' made", s => s.SecretFile, (s, v) => s.SecretFile = v, FilePath),
        One("identity", Roles.Both, "FILE", "our own key, made by 'burrow key new --identity'", s => s.Identity, (s, v) => s.Identity = v, FilePath),
        One("authorized", Roles.Jenny, "FILE", "the pins of those who may come, and what each may do", s => s.Authorized, (s, v) => s.Authorized = v, FilePath),
        One("pin", Roles.Jack, "PIN", "the pin of Jenny's key", s => s.Pin, (s, v) => s.Pin = v, PinText.Read),
        One("proxy-users", Roles.Both, "FILE", "who may use our dynamic maps: one USER:PASSWORD a line (default everybody who can reach the port)", s => s.ProxyUsers, (s, v) => s.ProxyUsers = v, FilePath),
        Many("permit-dial", Roles.Both, "PERMIT", "what the other side may reach from here", settings => settings.PermitDial, PermitText.Read),
        Many("permit-listen", Roles.Both, "PERMIT", "where the other side may listen here", settings => settings.PermitListen, PermitText.Read),
        One("proxy", Roles.Jack, "URL", "the proxy on the way to Jenny: http://, socks5:// or socks4a://[USER@]HOST:PORT, or none (default: what https_proxy, http_proxy, all_proxy and no_proxy say)",
            s => s.Proxy, (s, v) => s.Proxy = v, ProxyText.Read),
        One("proxy-password-file", Roles.Jack, "FILE", "the password for the proxy; without it one is asked for in the terminal", s => s.ProxyPasswordFile, (s, v) => s.ProxyPasswordFile = v, FilePath),
        One("user-agent", Roles.Jack, "TEXT", "what HTTP requests say that we are (default: a browser)", s => s.UserAgent, (s, v) => s.UserAgent = v, ProxyText.UserAgent),
        Many("header", Roles.Jack, "'NAME: VALUE'", "a further header line of HTTP requests", settings => settings.Headers, ProxyText.Header),
        One("keepalive", Roles.Both, "TIME", $"how often an idle carrier is probed (default {Quantity.Show(Defaults.KeepAlive)})",
            s => s.KeepAlive, (s, v) => s.KeepAlive = v, (w, p) => Give(w, Quantity.Duration(w, p, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)))),
        One("retry", Roles.Jack, "TIME", $"the longest pause between attempts to reconnect (default {Quantity.Show(Defaults.Retry)})",
            s => s.Retry, (s, v) => s.Retry = v, (w, p) => Give(w, Quantity.Duration(w, p, TimeSpan.FromMilliseconds(250), TimeSpan.FromHours(1)))),
        One("session-timeout", Roles.Both, "TIME", $"how long a session waits for its other end (default {Quantity.Show(Defaults.SessionTimeout)})",
            s => s.SessionTimeout, (s, v) => s.SessionTimeout = v, (w, p) => Give(w, Quantity.Duration(w, p, TimeSpan.FromSeconds(10), 30 * Day))),
        One("queue-limit", Roles.Both, "SIZE", $"what one connection may queue each way (default {Quantity.Show(Defaults.QueueLimit)})",
            s => s.QueueLimit, (s, v) => s.QueueLimit = v, (w, p) => Give(w, Quantity.Bytes(w, p, 64 << 10, 256 << 20))),
        One("memory-limit", Roles.Both, "SIZE", $"what all connections may queue together (default {Quantity.Show(Defaults.MemoryLimit)})",
            s => s.MemoryLimit, (s, v) => s.MemoryLimit = v, (w, p) => Give(w, Quantity.Bytes(w, p, 8 << 20, 64L << 30))),
        One("paths", Roles.Jack, "N", $"how many sessions to spread connections over, for each mode (default {Defaults.Paths})",
            s => s.Paths, (s, v) => s.Paths = v, (w, p) => Give(w, Quantity.Count(w, p, 1, 16))),
        One("carrier", Roles.Jack, "WAY", "how http and https URLs carry: auto (the best that works), ws, http or cycles (default auto)",
            s => s.Carrier, (s, v) => s.Carrier = v, (w, p) => Choose(w, p, Carriers)),
        One("cert", Roles.Jenny, "FILE", "an ordinary certificate (PEM, with its chain) for https and wss", s => s.Certificate, (s, v) => s.Certificate = v, FilePath),
        One("key", Roles.Jenny, "FILE", "the certificate's private key (PEM)", s => s.CertificateKey, (s, v) => s.CertificateKey = v, FilePath),
        One("name", Roles.Both, "NAME", "what the other side calls us in its logs (default: the host's name)", s => s.Name, (s, v) => s.Name = v, NameText),
        One("log-level", Roles.Both, "LEVEL", "the least level that is logged: error, warning, info, debug or trace (default info)", s => s.LogLevel, (s, v) => s.LogLevel = v,
            (w, p) => Choose(w, p, LogLevels)),
        One("log-format", Roles.Both, "FORMAT", "how log lines look: text or json (default text)", s => s.LogFormat, (s, v) => s.LogFormat = v,
            (w, p) => Choose(w, p, LogFormats)),
    ];

    public static readonly FrozenDictionary<string, Setting> ByName = All.ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal);

    static Setting One<T>(string name, Roles roles, string value, string meaning,
        Func<Settings, Given<T>?> get, Action<Settings, Given<T>?> set, Func<Word, ProblemList, Given<T>?> read) => new(
            name, roles, value, meaning, Repeats: false,
            (settings, word, problems) =>
            {
                if (get(settings) is { } earlier) problems.Add(word.Span, $"{name} is already set ({earlier.Where})");
                else if (read(word, problems) is { } given) set(settings, given);
            },
            settings => set(settings, null));

    static Setting Many<T>(string name, Roles roles, string value, string meaning,
        Func<Settings, List<Given<T>>> list, Func<Word, ProblemList, Given<T>?> read) => new(
            name, roles, value, meaning, Repeats: true,
            (settings, word, problems) =>
            {
                if (read(word, problems) is { } given) list(settings).Add(given);
            },
            settings => list(settings).Clear());

    static Given<T>? Give<T>(Word word, T? value) where T : struct => value is { } given ? new Given<T>(given, word.Span) : null;

    static Given<T>? Choose<T>(Word word, ProblemList problems, Dictionary<string, T> choices)
    {
        if (choices.TryGetValue(word.Text, out var value)) return new Given<T>(value, word.Span);
        problems.Add(word.Span, $"unknown value \"{Printable.Text(word.Text)}\"; {Nearest.Hint(word.Text, choices.Keys)}");
        return null;
    }

    /// <summary>In a file, a relative path counts from the file's own directory and <c>~/</c> is the home directory; a shell did that already for arguments.</summary>
    static Given<string>? FilePath(Word word, ProblemList problems)
    {
        var path = word.Text;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            problems.Add(word.Span, "the file's name is missing");
            return null;
        }
        if (path.StartsWith("burrow1-", StringComparison.Ordinal))
        {
            problems.Add(word.Span, "this is a secret, not the name of a file that holds one: write it to a file (mode 0600) and give its name");
            return null;
        }
        if (word.Span.Source.IsFile)
        {
            if (path.StartsWith("~/", StringComparison.Ordinal))
                path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]);
            path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(word.Span.Source.Name)) ?? "/", path);
        }
        return new Given<string>(path, word.Span);
    }

    /// <summary>The name travels in a text of at most 255 bytes and is shown in logs.</summary>
    static Given<string>? NameText(Word word, ProblemList problems)
    {
        if (word.Text.Length is > 0 and <= 63 && word.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            return new Given<string>(word.Text, word.Span);
        problems.Add(word.Span, "a name has 1 to 63 letters, digits, dots, hyphens and underscores");
        return null;
    }
}
