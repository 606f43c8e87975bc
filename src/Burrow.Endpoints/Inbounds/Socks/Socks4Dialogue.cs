using System.Buffers.Binary;
using System.Net;
using System.Text;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;

namespace Burrow.Endpoints.Inbounds.Socks;

/// <summary>SOCKS 4 and 4a (Ying-Da Lee, "SOCKS: A protocol for TCP proxy across firewalls", and its extension for names).</summary>
/// <remarks>
/// <code>
/// request   04 CC PP PP AA AA AA AA user 00            CC: 1 connect, 2 bind; user: any bytes, not looked at
///           04 01 PP PP 00 00 00 xx user 00 name 00    4a, xx not 0: the name is for the far side
/// reply     00 5A|5B PP PP AA AA AA AA                 granted | failed, whatever the reason: there is no finer code that fits; port and address as asked for
/// </code>
/// There is no password in it: where users are asked for theirs, it is refused.
/// </remarks>
sealed class Socks4Dialogue(ProxyUsers? users) : IDialogue
{
    const int HeaderLength = 8;

    // Far more than user ids that were ever seen; the name has its own limit.
    const int LongestUser = 1024;

    public int Longest => HeaderLength + LongestUser + 1 + Target.MaxHostLength + 1;

    public Step Feed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) return Step.More;
        var header = bytes[..HeaderLength].ToArray();
        if (header[1] != 1) return Refuse(header, header[1] == 2 ? "SOCKS 4: BIND is not offered" : $"SOCKS 4: unknown command {header[1]}");
        if (users is not null) return Refuse(header, "SOCKS 4 has no password, and one is asked for here");

        var rest = bytes[HeaderLength..];
        var userEnd = rest.IndexOf((byte)0);
        if (userEnd > LongestUser || (userEnd < 0 && rest.Length > LongestUser)) return Refuse(header, "SOCKS 4: the user id is too long");
        if (userEnd < 0) return Step.More;
        var consumed = HeaderLength + userEnd + 1;
        var port = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2));

        string host;
        if (header is [_, _, _, _, 0, 0, 0, not 0])
        {
            rest = bytes[consumed..];
            var nameEnd = rest.IndexOf((byte)0);
            if (nameEnd > Target.MaxHostLength || (nameEnd < 0 && rest.Length > Target.MaxHostLength)) return Refuse(header, "SOCKS 4a: the name is too long");
            if (nameEnd < 0) return Step.More;
            host = Encoding.Latin1.GetString(rest[..nameEnd]);
            consumed += nameEnd + 1;
        }
        else
        {
            host = new IPAddress(header.AsSpan(4)).ToString();
        }
        if (!TargetText.IsHost(host) || port == 0) return Refuse(header, "SOCKS 4: that is no host and port");
        var request = new ProxyRequest(new Target(host, port), Reply(header, granted: true), _ => Reply(header, granted: false));
        return new Step(StepKind.Done, consumed, Request: request);
    }

    static Step Refuse(byte[] header, string why) => Step.Refuse(Reply(header, granted: false), why);

    static byte[] Reply(byte[] header, bool granted) => [0, granted ? (byte)0x5A : (byte)0x5B, .. header[2..8]];
}
