using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Core;

/// <summary>A set of addresses of one family that share a prefix.</summary>
/// <remarks>
/// <code>
/// form              means
/// 10.1.2.3          that address
/// 10.1.2.0/24       its network; bits beyond the prefix are ignored
/// 10/8, 10.1/16     10.0.0.0/8, 10.1.0.0/16: missing octets are zero, with a prefix only
/// 0/0               all of IPv4
/// 10.1.2.*          10.1.2.0/24; so does 10.1.*.* , 10.* (the rest is then wild, too)
/// 2001:db8::/32     its network
/// ::ffff:10.0.0.1   10.0.0.1; with a prefix of 96 or more, its IPv4 network
/// </code>
/// </remarks>
public readonly record struct AddressRange
{
    readonly UInt128 _bits; // the address, left-aligned, with what lies beyond the prefix cleared
    readonly bool _isIpv6;

    AddressRange(UInt128 bits, bool isIpv6, int prefixLength) =>
        (_bits, _isIpv6, PrefixLength) = (bits & Mask(prefixLength), isIpv6, prefixLength);

    /// <summary>0 to 32, or to 128 for IPv6.</summary>
    public int PrefixLength { get; }

    /// <summary>Whether the address, with IPv4-mapped ones folded, lies in the range.</summary>
    public bool Contains(IPAddress address)
    {
        var (bits, isIpv6) = Align(EndPoints.Fold(address));
        return isIpv6 == _isIpv6 && (bits & Mask(PrefixLength)) == _bits;
    }

    /// <summary>Exactly one address.</summary>
    public static AddressRange Single(IPAddress address)
    {
        var (bits, isIpv6) = Align(EndPoints.Fold(address));
        return new AddressRange(bits, isIpv6, isIpv6 ? 128 : 32);
    }

    /// <summary>Parses any form of the table above.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressRange range)
    {
        range = default;
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        var prefix = -1;
        if (slash >= 0 && !(int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= 128)) return false;
        return host.Contains(':') ? TryParseIpv6(host, prefix, ref range) : TryParseIpv4(host, prefix, ref range);
    }

    static bool TryParseIpv4(ReadOnlySpan<char> host, int prefix, ref AddressRange range)
    {
        uint value = 0;
        var octets = 0;
        var wildAt = -1;
        foreach (var part in host.Split('.'))
        {
            if (++octets > 4) return false;
            var octet = host[part];
            value <<= 8;
            if (octet is "*")
            {
                if (wildAt < 0) wildAt = octets - 1;
                continue;
            }
            // What follows a wild octet must be wild. A leading zero is refused: some read it as octal, and this list decides who gets in.
            if (wildAt >= 0 || octet.Length is 0 or > 3 || (octet.Length > 1 && octet[0] == '0')) return false;
            if (!byte.TryParse(octet, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
            value |= number;
        }
        if (prefix > 32) return false;
        if (wildAt >= 0)
        {
            if (prefix >= 0 || wildAt == 0) return false; // "*" alone is said as 0/0 or by no list at all
            prefix = wildAt * 8;
        }
        else if (octets < 4 && prefix < 0)
        {
            return false; // "10.1" is a typing error more often than a range
        }
        value <<= 8 * (4 - octets);
        range = new AddressRange((UInt128)value << 96, false, prefix < 0 ? 32 : prefix);
        return true;
    }

    static bool TryParseIpv6(ReadOnlySpan<char> host, int prefix, ref AddressRange range)
    {
        if (host.ContainsAny('[', '%') || !IPAddress.TryParse(host, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        if (address.IsIPv4MappedToIPv6 && prefix is < 0 or >= 96)
        {
            range = new AddressRange(Align(address.MapToIPv4()).Bits, false, prefix < 0 ? 32 : prefix - 96);
            return true;
        }
        range = new AddressRange(Align(address).Bits, true, prefix < 0 ? 128 : prefix);
        return true;
    }

    /// <summary>As a person would write it, with the prefix unless it is a single address.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _bits);
        var address = new IPAddress(_isIpv6 ? bytes : bytes[..4]);
        return PrefixLength == (_isIpv6 ? 128 : 32) ? address.ToString() : $"{address}/{PrefixLength}";
    }

    static (UInt128 Bits, bool IsIpv6) Align(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out var length);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), length == 16);
    }

    static UInt128 Mask(int prefixLength) => prefixLength == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - prefixLength);
}
