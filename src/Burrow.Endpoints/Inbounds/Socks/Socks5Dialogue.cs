using System.Buffers.Binary;
using System.Net;
using System.Text;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;

namespace Burrow.Endpoints.Inbounds.Socks;

/// <summary>SOCKS 5 (RFC 1928) with user and password (RFC 1929).</summary>
/// <remarks>
/// <code>
/// greeting  05 n method*n                     → 05 00 (nothing asked for) | 05 02 (user and password) | 05 FF (none that we take; the end)
/// password  01 n user m password              → 01 00 (right) | 01 01 (wrong; the end)
/// request   05 CC 00 TT address PP PP         TT: 1 four bytes, 3 length and name, 4 sixteen bytes; CC: 1 connect, 2 bind, 3 udp
/// reply     05 RR 00 01 00 00 00 00 00 00     RR: <see cref="Code"/>. The far side's own address is not ours to tell: zeros, as RFC 1928 has it for "unknown"
/// </code>
/// </remarks>
sealed class Socks5Dialogue(ProxyUsers? users) : IDialogue
{
    const byte Succeeded = 0;
    const byte CommandNotSupported = 7;
    const byte AddressTypeNotSupported = 8;
    const byte GeneralFailure = 1;

    State _state;

    // The longest message is the password's.
    public int Longest => 3 + 255 + 255;

    public Step Feed(ReadOnlySpan<byte> bytes) => _state switch
    {
        State.Greeting => Greeting(bytes),
        State.Password => Password(bytes),
        _ => Request(bytes),
    };

    /// <summary>RFC 1928 6. Each kind of failure has a code of its own; "TTL expired" is what everybody sends for a dial that timed out.</summary>
    public static byte Code(EndReason reason) => reason.Cause switch
    {
        EndCause.Denied => 2,
        EndCause.Unreachable or EndCause.AddressNotAvailable => 3,
        EndCause.UnknownHost => 4,
        EndCause.Refused => 5,
        EndCause.TimedOut or EndCause.Silent => 6,
        _ => GeneralFailure,
    };

    Step Greeting(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes.Length < 2 + bytes[1]) return Step.More;
        var consumed = 2 + bytes[1];
        var wanted = users is null ? (byte)0 : (byte)2;
        if (!bytes[2..consumed].Contains(wanted)) return Step.Refuse(new byte[] { 5, 0xFF }, users is null ? "SOCKS 5: no method that is offered here" : "SOCKS 5: the client offers no password");
        _state = users is null ? State.Request : State.Password;
        return new Step(StepKind.Reply, consumed, new byte[] { 5, wanted });
    }

    Step Password(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != 1) return Step.Refuse(new byte[] { 1, 1 }, "SOCKS 5: not the message with the password");
        if (bytes.Length < 2 || bytes.Length < 3 + bytes[1] || bytes.Length < 3 + bytes[1] + bytes[2 + bytes[1]]) return Step.More;
        var (userLength, passwordLength) = (bytes[1], bytes[2 + bytes[1]]);
        if (!users!.Match(bytes.Slice(2, userLength), bytes.Slice(3 + userLength, passwordLength))) return Step.Refuse(new byte[] { 1, 1 }, "wrong user or password");
        _state = State.Request;
        return new Step(StepKind.Reply, 3 + userLength + passwordLength, new byte[] { 1, 0 });
    }

    static Step Request(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != 5) return Refuse(GeneralFailure, "SOCKS 5: not a request");
        if (bytes.Length < 5) return Step.More;
        if (bytes[1] != 1) return Refuse(CommandNotSupported, bytes[1] switch { 2 => "SOCKS 5: BIND is not offered", 3 => "SOCKS 5: UDP is not offered", var other => $"SOCKS 5: unknown command {other}" });
        var length = bytes[3] switch { 1 => 4, 3 => 1 + bytes[4], 4 => 16, _ => 0 };
        if (length == 0) return Refuse(AddressTypeNotSupported, $"SOCKS 5: unknown type of address {bytes[3]}");
        if (bytes.Length < 4 + length + 2) return Step.More;
        var address = bytes.Slice(4, length);
        var host = bytes[3] == 3 ? Encoding.Latin1.GetString(address[1..]) : new IPAddress(address).ToString();
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(4 + length)..]);
        // Said as it would be after the far side had asked its resolver.
        if (!TargetText.IsHost(host)) return Refuse(Code(new EndReason(EndPhase.Resolve, EndSide.Local, EndCause.UnknownHost)), "SOCKS 5: that is no host");
        if (port == 0) return Refuse(GeneralFailure, "SOCKS 5: port 0");
        return new Step(StepKind.Done, 4 + length + 2, Request: new ProxyRequest(new Target(host, port), Reply(Succeeded), reason => Reply(Code(reason))));
    }

    static Step Refuse(byte code, string why) => Step.Refuse(Reply(code), why);

    static byte[] Reply(byte code) => [5, code, 0, 1, 0, 0, 0, 0, 0, 0];

    enum State
    {
        Greeting,
        Password,
        Request,
    }
}
