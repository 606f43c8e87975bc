using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>Reads <c>host:port</c> as people write it.</summary>
/// <remarks>
/// <code>
/// 10.1.2.3:22         an IPv4 address, four decimal numbers, no leading zeros
/// [2001:db8::1]:22    an IPv6 address, in brackets; [fe80::1%eth0]:22 with a zone
/// db.example:5432     a name (RFC 1123 2.1, and "_"), resolved on the side where it is used
/// *:8080              all addresses; only where something listens
/// </code>
/// What looks like an IPv4 address (its last label is a number, as the URL standard has it) and is none is an error and never a name:
/// <c>10.1.2.3.4</c> would otherwise be looked up again and again.
/// </remarks>
internal static class AddressText
{
    /// <summary>Reads a target to dial; the port is 1 to 65535.</summary>
    public static Target? Dial(Word word, ProblemList problems) => Read(word, problems, listens: false);

    /// <summary>Reads an address to listen on; port 0 stands for any free one.</summary>
    public static Target? Listen(Word word, ProblemList problems) => Read(word, problems, listens: true);

    static Target? Read(Word word, ProblemList problems, bool listens)
    {
        var text = word.Text;
        var colon = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || colon != close + 1) return Fail(word, problems, "should be [IPv6 ADDRESS]:PORT");
        }
        else if (colon < 0)
        {
            return Fail(word, problems, $"\"{Printable.Text(text)}\" has no port: should be HOST:PORT");
        }
        else if (text.IndexOf(':', StringComparison.Ordinal) != colon)
        {
            return Fail(word, problems, $"an IPv6 address stands in brackets: should be [{Printable.Text(text[..colon])}]:PORT");
        }
        var host = Host(word.Slice(0, colon), problems, listens);
        var port = Port(word.Slice(colon + 1, text.Length - colon - 1), problems, listens);
        return host is null || port is null ? null : new Target(host, port.Value);
    }

    /// <summary>Reads a host: an address (IPv6 in brackets), a name, or <c>*</c> where one may listen. Returns it without brackets.</summary>
    public static string? Host(Word word, ProblemList problems, bool listens)
    {
        var host = word.Text;
        if (host.Length == 0) return Fail(word, problems, "the host is missing")?.Host;
        if (host == "*") return listens ? host : Fail(word, problems, "\"*\" stands for all addresses and can only be listened on")?.Host;
        var message = host[0] == '[' ? CheckIPv6(host) : LooksLikeIPv4(host) ? CheckIPv4(host) : CheckName(host);
        return message is null ? host.Trim('[', ']') : Fail(word, problems, message)?.Host;
    }

    /// <summary>Reads a port.</summary>
    public static int? Port(Word word, ProblemList problems, bool listens)
    {
        var lowest = listens ? 0 : 1;
        if (word.Text.Length is > 0 and <= 5
            && int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port >= lowest && port <= 65535) return port;
        problems.Add(word.Span, word.Text.Length == 0
            ? "the port is missing"
            : $"\"{Printable.Text(word.Text)}\" is no port: should be a number from {lowest} to 65535");
        return null;
    }

    static string? CheckIPv6(string host)
    {
        if (host[^1] != ']') return "should be [IPv6 ADDRESS]";
        var inner = host[1..^1];
        return inner.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? null
            : $"\"{Printable.Text(inner)}\" is no IPv6 address";
    }

    static bool LooksLikeIPv4(string host)
    {
        var last = host.TrimEnd('.');
        last = last[(last.LastIndexOf('.') + 1)..];
        return last.Length > 0 && (last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase));
    }

    static string? CheckIPv4(string host)
    {
        var parts = host.Split('.');
        var shown = $"\"{Printable.Text(host)}\" looks like an IPv4 address and is none: ";
        if (parts.Length != 4) return $"{shown}it has {parts.Length} part{(parts.Length == 1 ? "" : "s")}, not four";
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 3 || !part.All(char.IsAsciiDigit) || int.Parse(part, CultureInfo.InvariantCulture) > 255)
                return $"{shown}\"{Printable.Text(part)}\" is no number from 0 to 255";
            // 010 is eight to some programs and ten to others.
            if (part.Length > 1 && part[0] == '0') return $"{shown}\"{part}\" has a leading zero";
        }
        return null;
    }

    static string? CheckName(string host)
    {
        if (host.Length > Target.MaxHostLength) return $"a host name has at most {Target.MaxHostLength} characters";
        var name = host.EndsWith('.') ? host[..^1] : host;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63) return $"\"{Printable.Text(host)}\" is no host name: its parts have 1 to 63 characters";
            if (label[0] == '-' || label[^1] == '-') return $"\"{Printable.Text(host)}\" is no host name: a part starts or ends with \"-\"";
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return $"\"{Printable.Text(host)}\" is no host name: \"{Printable.Text(c.ToString())}\" can't be part of one";
            }
        }
        return null;
    }

    static Target? Fail(Word word, ProblemList problems, string message)
    {
        problems.Add(word.Span, message);
        return null;
    }
}
