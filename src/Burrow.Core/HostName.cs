namespace Burrow.Core;

/// <summary>The form of host names: RFC 1123 2.1, and underscores, which some networks use.</summary>
public static class HostName
{
    // RFC 1035 2.3.4: 255 octets on the wire are 253 characters of text.
    const int MaxLength = 253;
    const int MaxLabel = 63;

    /// <summary>
    /// Whether it is <c>localhost</c> or a name under it: this machine, by whatever loopback addresses it has. Never asked for (RFC 6761 6.3): who listens there must not be led elsewhere
    /// by a line in a file or by a name server, and who connects there must not wait for one.
    /// </summary>
    public static bool IsLocalhost(ReadOnlySpan<char> text)
    {
        if (text.EndsWith(".")) text = text[..^1];
        return text.Equals("localhost", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether the text may be a name and is no address. What is made of digits and dots alone is none: <c>10.1.2.3.4</c> is an address with a typing error, and must not
    /// become a look-up that fails later.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.EndsWith(".")) text = text[..^1];
        if (text.Length is 0 or > MaxLength) return false;
        var last = text;
        foreach (var range in text.Split('.'))
        {
            last = text[range];
            if (last.Length is 0 or > MaxLabel || last[0] == '-' || last[^1] == '-') return false;
            foreach (var c in last)
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        }
        return last.ContainsAnyExceptInRange('0', '9'); // no top-level domain is a number
    }
}
