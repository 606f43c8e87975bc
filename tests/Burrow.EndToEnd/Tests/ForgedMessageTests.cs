using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>
/// Somebody on the path of a carrier without TLS answers in Jenny's place, with messages that he made up (docs/protocol.md §3.2, §3.3). That costs the carrier on which he did, and
/// nothing else.
/// </summary>
public sealed class ForgedMessageTests : TunnelTest
{
    const byte Challenge = 5, Attached = 7, Refused = 8;

    static readonly Dictionary<string, byte[]> Forgeries = new(StringComparer.Ordinal)
    {
        ["a challenge"] = Message(Challenge, [.. new byte[32], .. U64(0)]),
        ["a challenge and the proof that cannot be made"] = [.. Message(Challenge, [.. new byte[32], .. U64(0)]), .. Message(Attached, [.. U64(0), .. new byte[32]])],
        ["a challenge that has received more than was sent"] = Message(Challenge, [.. new byte[32], .. U64(1 << 30)]),
        ["a refusal: no such session"] = Refusal(14),
        ["a refusal: a stale epoch, by a little"] = Refusal(15, epoch: 1000),
        ["a refusal: a stale epoch, by everything there is"] = Refusal(15, epoch: ulong.MaxValue),
        ["a refusal: bad proof"] = Refusal(16),
        ["a refusal: denied"] = Refusal(5),
        ["a refusal: the credential"] = Refusal(18),
        ["a refusal: superseded"] = Refusal(19),
        ["a message that has no place there"] = Message(10, [0, 14]),
        ["garbage"] = [.. Enumerable.Range(0, 500).Select(value => (byte)(value * 7))],
    };

    [Theory]
    [InlineData("plaintext")]
    [InlineData("obfuscated")]
    public async Task ForgedMessages_OneAfterTheOther_CostTheirCarriersAndNothingElse(string mode)
    {
        await using var proxy = new CutProxy(Lab.FirewallHost, 8000, NetworkLab.ServerAddress, BurrowProgram.DefaultPort);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJackBy($"tcp://{NetworkLab.GatewayAddress}:{proxy.Port}", "--mode", mode, "-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        var session = await SessionAsync();
        foreach (var (name, forgery) in Forgeries)
        {
            var (forged, honest) = (0, 0);
            proxy.Intercept = async caller =>
            {
                var first = new byte[1];
                // TLS he can't read, and what he writes there is noticed.
                if (await caller.ReceiveAsync(first, SocketFlags.Peek) == 0 || first[0] != (mode == "plaintext" ? (byte)0x81 : (byte)'8')) return false;
                if (Interlocked.Increment(ref forged) > 1)
                {
                    Interlocked.Increment(ref honest);
                    return false;
                }

                await caller.SendAllAsync(mode == "plaintext" ? forgery : Encoding.ASCII.GetBytes(Convert.ToHexStringLower(forgery)));
                await caller.HowItEndsAsync().Within(20, $"Jack leaves a carrier whose other end sends {name}");
                return true;
            };
            proxy.Reset();
            await client.EchoAsync($"after {name}", seconds: 20);
            Assert.True(honest is 1 or 2, $"{name} cost {honest} carriers"); // two when attempts overlap
        }

        Assert.Equal(session, await SessionAsync());
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("fresh");
        Assert.False(Jack.HasExited || Jenny.HasExited);
    }

    async Task<string?> SessionAsync() => Assert.Single((await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString();

    static byte[] Refusal(ushort code, ulong epoch = 0) => Message(Refused, [(byte)(code >> 8), (byte)code, .. U64(epoch), 2, (byte)'n', (byte)'o']);

    static byte[] Message(byte type, byte[] payload) => [0x81, type, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
