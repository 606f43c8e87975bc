using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Proxy;

/// <summary>Asks a SOCKS proxy for a connection: version 5 (RFC 1928, 1929), 4 and 4a. Reads no byte more than the proxy's replies.</summary>
sealed class SocksConnect(Connection connection, ProxyServer proxy, Target target)
{
    public async ValueTask<ProxyResult> RunAsync(CancellationToken stop)
    {
        try
        {
            return proxy.Kind == ProxyKind.Socks5 ? await Version5Async() : await Version4Async(stop);
        }
        catch (EndOfStreamException)
        {
            return new ProxyResult(null, connection.End ?? new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Closed, $"proxy {proxy} hung up"));
        }
    }

    async ValueTask<ProxyResult> Version5Async()
    {
        await WriteAsync(proxy.Credentials is null ? [5, 1, 0] : [5, 2, 0, 2]);
        var method = await ReadAsync(2);
        if (method[0] != 5) return NotSocks();
        switch (method[1])
        {
            case 0:
                break;
            case 2 when proxy.Credentials is { } credentials:
                var (user, password) = (Encoding.UTF8.GetBytes(credentials.User), Encoding.UTF8.GetBytes(credentials.Password));
                if (user.Length > 255 || password.Length is 0 or > 255) return ProxyResult.Failed(EndCause.Credential, $"proxy {proxy}: SOCKS has room for user and password of 1 to 255 bytes");
                await WriteAsync([1, (byte)user.Length, .. user, (byte)password.Length, .. password]);
                if ((await ReadAsync(2))[1] != 0) return ProxyResult.Failed(EndCause.Credential, $"proxy {proxy} refused user and password");
                break;
            default:
                return ProxyResult.Failed(EndCause.Credential, proxy.Credentials is null ? $"proxy {proxy} asks for a user and password" : $"proxy {proxy} takes no user and password");
        }

        var address = target.Address is { } ip
            ? (byte[])[ip.AddressFamily == AddressFamily.InterNetwork ? (byte)1 : (byte)4, .. ip.GetAddressBytes()]
            : [3, (byte)target.Host.Length, .. Encoding.ASCII.GetBytes(target.Host)];
        await WriteAsync([5, 1, 0, .. address, .. Port()]);
        var reply = await ReadAsync(5);
        if (reply[0] != 5) return NotSocks();
        await ReadAsync(reply[3] switch { 1 => 3, 4 => 15, 3 => reply[4], _ => 0 } + 2);
        if (reply[1] == 0) return new ProxyResult(connection, null);
        var (cause, text) = reply[1] switch
        {
            2 => (EndCause.Denied, "not allowed by its rules"),
            3 => (EndCause.Unreachable, "network unreachable"),
            4 => (EndCause.Unreachable, "host unreachable"),
            5 => (EndCause.Refused, "connection refused"),
            6 => (EndCause.TimedOut, "timed out"),
            7 => (EndCause.Denied, "command not supported"),
            8 => (EndCause.Denied, "type of address not supported"),
            _ => (EndCause.Failed, "general failure"),
        };
        return ProxyResult.Failed(cause, $"proxy {proxy} answered {reply[1]} {text}");
    }

    async ValueTask<ProxyResult> Version4Async(CancellationToken stop)
    {
        byte[] name = [];
        var address = target.Address;
        if (address is null && proxy.Kind == ProxyKind.Socks4a)
        {
            (address, name) = (new IPAddress([0, 0, 0, 1]), [.. Encoding.ASCII.GetBytes(target.Host), 0]);
        }
        else if (address is null)
        {
            try
            {
                address = (await NameLookup.ResolveAsync(target.Host, stop)).FirstOrDefault(found => found.AddressFamily == AddressFamily.InterNetwork);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Said below.
            }
            if (address is null) return ProxyResult.Failed(EndCause.UnknownHost, $"proxy {proxy} wants addresses, and {target.Host} has none of IPv4 here; socks4a:// sends names");
        }
        if (address.AddressFamily != AddressFamily.InterNetwork) return ProxyResult.Failed(EndCause.Unreachable, $"proxy {proxy}: SOCKS 4 has no IPv6");
        await WriteAsync([4, 1, .. Port(), .. address.GetAddressBytes(), .. Encoding.UTF8.GetBytes(proxy.Credentials?.User ?? ""), 0, .. name]);
        var reply = await ReadAsync(8);
        if (reply[0] != 0) return NotSocks();
        return reply[1] switch
        {
            0x5A => new ProxyResult(connection, null),
            0x5C or 0x5D => ProxyResult.Failed(EndCause.Credential, $"proxy {proxy} answered {reply[1]} user not known"),
            _ => ProxyResult.Failed(EndCause.Refused, $"proxy {proxy} answered {reply[1]} refused or failed"),
        };
    }

    byte[] Port()
    {
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)target.Port);
        return port;
    }

    ProxyResult NotSocks() => ProxyResult.Failed(EndCause.Protocol, $"proxy {proxy} does not speak SOCKS");

    async ValueTask WriteAsync(byte[] bytes)
    {
        if (!await connection.WriteAsync(bytes)) throw new EndOfStreamException();
    }

    async ValueTask<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await connection.ReadAsync(bytes.AsMemory(at));
            if (read <= 0) throw new EndOfStreamException();
            at += read;
        }
        return bytes;
    }
}
