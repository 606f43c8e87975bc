using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>Reads maps in every form in which they are written.</summary>
/// <remarks>
/// <code>
/// map MODE JACK => JENNY ?HOSTS.ALLOWED?      in a file; Jack listens, Jenny dials
/// map MODE JACK &lt;= JENNY ?HOSTS.ALLOWED?      Jenny listens, Jack dials
/// map MODE socks:JACK => any ?HOSTS.ALLOWED?  Jack is a SOCKS and HTTP proxy, Jenny dials what its clients ask for; the other way: any &lt;= socks:JENNY
/// --map 'MODE JACK => JENNY ?HOSTS.ALLOWED?'  the same on the command line
/// -L [BIND:]PORT:HOST:PORT                    Jack listens; without BIND on the loopback addresses
/// -R [BIND:]PORT:HOST:PORT                    Jenny listens; without BIND on her loopback addresses
/// -D [BIND:]PORT                              Jack is a SOCKS and HTTP proxy; without BIND on the loopback addresses
/// </code>
/// IPv6 addresses stand in brackets everywhere. An empty BIND or "*" stands for all addresses in -L, -R and -D, as in ssh. After socks: a port alone is one of the loopback addresses.
/// </remarks>
internal static class MapReader
{
    /// <summary>What -L and -R listen on when no address is given: both loopback addresses, as ssh does.</summary>
    public const string DefaultBind = "localhost";

    /// <summary>What stands before the address of a dynamic map's listener.</summary>
    public const string Socks = "socks:";

    const string Form = "should be \"map MODE JACK => JENNY ?HOSTS.ALLOWED?\" or the same with <=";

    static readonly Dictionary<string, Mode> Modes = new(StringComparer.Ordinal)
    {
        ["plaintext"] = Mode.Plaintext,
        ["obfuscated"] = Mode.Obfuscated,
        ["encrypted"] = Mode.Encrypted,
    };

    /// <summary>Reads a <c>map</c> command; the first word is its name.</summary>
    public static MapRule? Command(IReadOnlyList<Word> words, ProblemList problems)
    {
        var where = words[0].Span with { End = words[^1].Span.End };
        if (words.Count is not (5 or 6))
        {
            problems.Add(where, $"wrong number of words ({words.Count - 1}): {Form}");
            return null;
        }
        return Words(words.Skip(1).ToList(), where, problems);
    }

    /// <summary>Reads the value of <c>--map</c>: the words of a map command.</summary>
    public static MapRule? Argument(string text, ProblemList problems)
    {
        var all = Word.Argument("--map", text);
        if (TclList.Split(text, out var problem) is not { } elements)
        {
            problems.Add(all.Span, problem!);
            return null;
        }
        if (elements.Count is not (4 or 5))
        {
            problems.Add(all.Span, $"wrong number of words ({elements.Count}): should be 'MODE JACK => JENNY ?HOSTS.ALLOWED?' or the same with <=");
            return null;
        }
        var words = elements.ConvertAll(element => element.Verbatim
            ? all.Slice(element.Start, element.Text.Length)
            : new Word(element.Text, all.Span, null));
        return Words(words, all.Span, problems);
    }

    /// <summary>Reads the value of -L (Jack listens) or -R (Jenny listens).</summary>
    public static MapRule? Forward(string option, string text, Mode mode, MapDirection direction, ProblemList problems)
    {
        var all = Word.Argument(option, text);
        if (SplitOutsideBrackets(all) is not { Count: 3 or 4 } fields)
        {
            problems.Add(all.Span, $"should be [BIND:]PORT:HOST:PORT, with IPv6 addresses in brackets");
            return null;
        }
        var bind = fields.Count == 3 ? DefaultBind : fields[0].Text is "" or "*" ? "*" : AddressText.Host(fields[0], problems, listens: true);
        var bindPort = AddressText.Port(fields[^3], problems, listens: true);
        var host = AddressText.Host(fields[^2], problems, listens: false);
        var port = AddressText.Port(fields[^1], problems, listens: false);
        if (bind is null || bindPort is null || host is null || port is null) return null;
        var (listener, dialled) = (new Target(bind, bindPort.Value), new Target(host, port.Value));
        return direction == MapDirection.ToJenny
            ? new MapRule(mode, listener, direction, dialled, null, all.Span)
            : new MapRule(mode, dialled, direction, listener, null, all.Span);
    }

    /// <summary>Reads the name of a mode.</summary>
    public static Mode? ReadMode(Word word, ProblemList problems)
    {
        if (Modes.TryGetValue(word.Text, out var mode)) return mode;
        problems.Add(word.Span, $"unknown mode \"{Printable.Text(word.Text)}\"; {Nearest.Hint(word.Text, Modes.Keys)}");
        return null;
    }

    /// <summary>Mode, jack, arrow, jenny, allowed; every one of them is checked, so that all errors of a line show at once.</summary>
    static MapRule? Words(List<Word> words, Span where, ProblemList problems)
    {
        var mode = ReadMode(words[0], problems);
        MapDirection? direction = words[2].Text switch { "=>" => MapDirection.ToJenny, "<=" => MapDirection.ToJack, _ => null };
        if (direction is null)
            problems.Add(words[2].Span, $"\"{Printable.Text(words[2].Text)}\" is no direction: should be => (Jack listens, Jenny dials) or <= (Jenny listens, Jack dials)");
        var (listener, dialled) = direction == MapDirection.ToJack ? (words[3], words[1]) : (words[1], words[3]);
        var isDynamic = listener.Text.StartsWith(Socks, StringComparison.Ordinal) || dialled.Text == MapRule.Anywhere.Host;
        // In the order in which they stand, so that errors do.
        var (jack, jenny) = direction switch
        {
            MapDirection.ToJenny when isDynamic => Dynamic(listener, dialled, problems),
            MapDirection.ToJack when isDynamic => Swap(Dynamic(listener, dialled, problems)),
            MapDirection.ToJenny => (AddressText.Listen(words[1], problems), AddressText.Dial(words[3], problems)),
            MapDirection.ToJack => (AddressText.Dial(words[1], problems), AddressText.Listen(words[3], problems)),
            _ => (AddressText.Listen(words[1], problems), AddressText.Listen(words[3], problems)),
        };
        var allowed = words.Count > 4 ? AllowText.Read(words[4], problems) : null;
        if (mode is null || direction is null || jack is null || jenny is null || (words.Count > 4 && allowed is null)) return null;
        return new MapRule(mode.Value, jack, direction.Value, jenny, allowed, where, isDynamic);
    }

    static (Target? Jack, Target? Jenny) Swap((Target? Listener, Target? Dialled) read) => (read.Dialled, read.Listener);

    static (Target? Listener, Target? Dialled) Dynamic(Word listener, Word dialled, ProblemList problems)
    {
        if (!listener.Text.StartsWith(Socks, StringComparison.Ordinal))
        {
            problems.Add(listener.Span, "where the other side dials \"any\", a proxy listens: should be socks:ADDRESS:PORT or socks:PORT");
            return default;
        }
        if (dialled.Text != MapRule.Anywhere.Host) problems.Add(dialled.Span, "the clients of a proxy say themselves where they want to go: should be \"any\"");
        var bind = Bind(listener.Slice(Socks.Length, listener.Text.Length - Socks.Length), problems);
        return (bind, dialled.Text == MapRule.Anywhere.Host ? MapRule.Anywhere : null);
    }

    /// <summary>Reads the value of -D.</summary>
    public static MapRule? DynamicForward(string text, Mode mode, ProblemList problems)
    {
        var all = Word.Argument("-D", text);
        return Bind(all, problems) is { } listener ? new MapRule(mode, listener, MapDirection.ToJenny, MapRule.Anywhere, null, all.Span, IsDynamic: true) : null;
    }

    /// <summary>[BIND:]PORT, of the loopback addresses when there is no BIND.</summary>
    static Target? Bind(Word word, ProblemList problems)
    {
        if (SplitOutsideBrackets(word) is not { Count: 1 or 2 } fields)
        {
            problems.Add(word.Span, "should be [BIND:]PORT, with an IPv6 address in brackets");
            return null;
        }
        var bind = fields.Count == 1 ? DefaultBind : fields[0].Text is "" or "*" ? "*" : AddressText.Host(fields[0], problems, listens: true);
        var port = AddressText.Port(fields[^1], problems, listens: true);
        return bind is null || port is null ? null : new Target(bind, port.Value);
    }

    static List<Word>? SplitOutsideBrackets(Word word)
    {
        var fields = new List<Word>();
        var start = 0;
        var inside = false;
        for (var i = 0; i <= word.Text.Length; i++)
        {
            if (i == word.Text.Length || (word.Text[i] == ':' && !inside))
            {
                fields.Add(word.Slice(start, i - start));
                start = i + 1;
            }
            else if (word.Text[i] is '[' or ']')
            {
                inside = word.Text[i] == '[';
            }
        }
        return inside ? null : fields;
    }
}
