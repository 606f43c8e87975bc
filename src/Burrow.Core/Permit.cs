using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Burrow.Core;

/// <summary>Which targets may be dialled, or listened on.</summary>
/// <remarks>
/// <code>
/// form                    permits
/// any                     everything
/// none                    nothing (the same as an empty list)
/// db.example.com:5432     that name, to whatever it resolves, and that port
/// *:443                   that port everywhere
/// 10.0.0.0/8:22           those addresses, also when they were found by a name
/// [2001:db8::/32]:22      the same for IPv6, in brackets
/// [::1]:8080-8090         a range of ports
/// 127.0.0.1:*             all ports
/// localhost:*             that name
/// </code>
/// A list permits what one of its entries permits. Names are compared without regard to case and a final dot; a name is not a pattern. Immutable and thread-safe.
/// </remarks>
public sealed class Permit
{
    readonly Entry[] _entries;

    Permit(Entry[] entries) => _entries = entries;

    /// <summary>Permits everything.</summary>
    public static Permit Any { get; } = new([new Entry(null, null, 0, ushort.MaxValue)]);

    /// <summary>Permits nothing.</summary>
    public static Permit None { get; } = new([]);

    /// <summary>Makes a list of these entries, in the forms of the table above.</summary>
    /// <param name="entries">One form each.</param>
    /// <param name="permit">The list, if all were understood.</param>
    /// <param name="mistake">Otherwise the first that was not: for the message.</param>
    public static bool TryParse(IEnumerable<string> entries, [NotNullWhen(true)] out Permit? permit, [NotNullWhen(false)] out string? mistake)
    {
        var parsed = new List<Entry>();
        (permit, mistake) = (null, null);
        foreach (var text in entries)
        {
            if (text is "none") continue;
            if (!TryParseEntry(text, out var entry))
            {
                mistake = text;
                return false;
            }
            parsed.Add(entry);
        }
        permit = new Permit([.. parsed]);
        return true;
    }

    /// <summary>Before resolution: whether the name itself, with that port, is permitted, whatever it resolves to.</summary>
    public bool MatchesName(string host, int port)
    {
        var name = TrimDot(host);
        foreach (var entry in _entries)
            if (entry.HasPort(port) && (entry.IsEverywhere || (entry.Name is not null && name.Equals(entry.Name, StringComparison.OrdinalIgnoreCase)))) return true;
        return false;
    }

    /// <summary>
    /// Before resolution: whether resolving can lead to anything that is permitted. If not, the name need not be asked for, so that a stranger can't use us to ask.
    /// </summary>
    public bool MayMatch(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? Matches(address, port) : MatchesName(host, port) || _entries.Any(e => e.Range is not null && e.HasPort(port));

    /// <summary>After resolution: whether that very address and port are permitted.</summary>
    public bool Matches(IPAddress address, int port)
    {
        foreach (var entry in _entries)
            if (entry.HasPort(port) && (entry.IsEverywhere || (entry.Range is { } range && range.Contains(address)))) return true;
        return false;
    }

    static bool TryParseEntry(ReadOnlySpan<char> text, out Entry entry)
    {
        entry = default;
        if (text is "any")
        {
            entry = new Entry(null, null, 0, ushort.MaxValue);
            return true;
        }
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePorts(text[(colon + 1)..], out var low, out var high)) return false;

        var host = text[..colon];
        var bracketed = host[0] == '[';
        if (bracketed)
        {
            if (host[^1] != ']') return false;
            host = host[1..^1];
        }
        if (bracketed != host.Contains(':')) return false; // IPv6 is always in brackets, and nothing else is
        if (host is "*") entry = new Entry(null, null, low, high);
        else if (AddressRange.TryParse(host, out var range)) entry = new Entry(null, range, low, high);
        else if (HostName.IsValid(host)) entry = new Entry(TrimDot(host).ToString(), null, low, high);
        else return false;
        return true;
    }

    static bool TryParsePorts(ReadOnlySpan<char> text, out int low, out int high)
    {
        (low, high) = (0, ushort.MaxValue);
        if (text is "*") return true;
        var dash = text.IndexOf('-');
        if (!TryParsePort(dash < 0 ? text : text[..dash], out low)) return false;
        high = low;
        return dash < 0 || (TryParsePort(text[(dash + 1)..], out high) && low <= high);
    }

    static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;

    static ReadOnlySpan<char> TrimDot(ReadOnlySpan<char> host) => host.EndsWith(".") ? host[..^1] : host;

    // Without name and range: everywhere.
    readonly record struct Entry(string? Name, AddressRange? Range, int LowPort, int HighPort)
    {
        public bool IsEverywhere => Name is null && Range is null;

        public bool HasPort(int port) => LowPort <= port && port <= HighPort;
    }
}
