using System.Net.Security;
using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Strangers at Jenny's port: each is closed, costs little and disturbs nobody.</summary>
public sealed class HostileInputTests : TunnelTest
{
    const int Bound = 350_000_000;

    static readonly Dictionary<string, byte[]> Inputs = new(StringComparer.Ordinal)
    {
        ["garbage"] = RandomBytes(100_000),
        ["control characters"] = new byte[100],
        ["half a greeting"] = [0x81, 4, 0, 74, 1, 2, 3],
        ["a huge length"] = [0x81, 2, 0xff, 0xff, .. RandomBytes(70_000)],
        ["an attach of nobody's session"] = [0x81, 4, 0, 57, 1, .. new byte[56]],
        ["another version"] = [0xfe, 2, 0, 1, 0],
        ["a message for TLS only"] = [0x81, 2, 0, 28, .. new byte[28]],
        ["half a greeting in hex"] = "810400"u8.ToArray(),
        ["hex and then garbage"] = "8104004azz"u8.ToArray(),
        ["half a TLS hello"] = [0x16, 3, 1, 2, 0, 1, 0],
        ["a TLS record of garbage"] = [0x16, 3, 1, 0x40, 0, .. RandomBytes(0x4000)],
    };

    public static TheoryData<string> InputNames => [.. Inputs.Keys];

    [Theory]
    [MemberData(nameof(InputNames))]
    public async Task BadInput_IsClosed_AndDisturbsNobody(string name)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        using var stranger = await Lab.Client.ConnectAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        await WriteWhatIsTakenAsync(stranger, Inputs[name]);
        // Whatever is not wrong at once is closed for taking too long, after 10 s.
        await stranger.HowItEndsAsync().Within(20, $"the end of a caller who sends {name}");
        await client.EchoAsync("after");
        Assert.False(Jenny.HasExited);
    }

    [Fact]
    public async Task AnEndlessSlowGreeting_IsClosed()
    {
        StartJenny();
        using var stranger = await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        var end = stranger.HowItEndsAsync();
        byte[] greeting = [0x81, 4, 0, 57, .. new byte[57]];
        foreach (var b in greeting)
        {
            if (await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(1))) == end) break;
            await WriteWhatIsTakenAsync(stranger, [b]);
        }

        await end.Within(1, "the end of the slow greeting");
    }

    [Fact]
    public async Task AWebClient_GetsA404()
    {
        StartJenny();
        (await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress)).Dispose();
        Assert.Equal("404", await Lab.Client.RunAsync(["curl", "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", $"http://{NetworkLab.ServerAddress}:{BurrowProgram.DefaultPort}/"]));
    }

    [Fact]
    public async Task ATlsClientWithoutACertificate_GetsNowhere()
    {
        StartJenny();
        var socket = await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "burrow",
                ApplicationProtocols = [new SslApplicationProtocol("burrow/1")],
#pragma warning disable CA5359 // A stranger does not care who answers.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            });
            // A BIRTH, in case she listens; what comes back must not be BORN (type 3), only a verdict and the end.
            await tls.WriteAsync(new byte[] { 0x81, 2, 0, 27 }.Concat(new byte[27]).ToArray());
        });
        var answer = new List<byte>();
        var buffer = new byte[4096];
        await Record.ExceptionAsync(async () =>
        {
            int count;
            while ((count = await tls.ReadAsync(buffer).AsTask().Within(20, "the end")) > 0) answer.AddRange(buffer[..count]);
        });
        Assert.True(answer.Count < 2 || answer[1] == 1, $"the first message is {Convert.ToHexString([.. answer])}");
        Assert.False(Jenny.HasExited);
    }

    [Fact]
    public async Task TwoThousandHalfOpenGreetings_DoNotKeepARealJackOut()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        (await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress)).Dispose();
        var strangers = new List<Socket>();
        for (var i = 0; i < 2000; i++)
        {
            var stranger = await Lab.Client.ConnectAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
            strangers.Add(stranger);
            await WriteWhatIsTakenAsync(stranger, i % 2 == 0 ? [0x81, 4] : [0x16, 3]);
        }

        StartJack("-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("let me in", seconds: 10);
        Assert.InRange(Jenny.PeakMemory, 0, Bound);
        foreach (var stranger in strangers) stranger.Dispose();
    }

    [Fact]
    public async Task AReplayedAttach_IsRefused_AndTheSessionGoesOn()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        var capture = await Capture.StartAsync(Lab.FirewallHost, "lan");
        StartBoth("plaintext");
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        var wire = await capture.StopAsync();
        // ATTACH: 0x81, type 4, length 57, mode plaintext.
        var position = wire.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x81, 4, 0, 57, 1]);
        Assert.True(position >= 0, "no ATTACH was seen on the wire");
        using var stranger = await Lab.Client.ConnectAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        await stranger.SendAllAsync(wire.AsMemory(position, 61));
        await stranger.SendAllAsync(new byte[] { 0x81, 6, 0, 40 }.Concat(RandomBytes(40)).ToArray());
        await stranger.HowItEndsAsync().Within(20, "the end of the replay");
        await client.EchoAsync("after");
    }

    static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        // Not by chance the first byte of something that Jenny understands.
        bytes[0] = 0xff;
        return bytes;
    }

    static async Task WriteWhatIsTakenAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAllAsync(bytes);
        }
        catch (SocketException)
        {
            // Closed before everything was written: just as well.
        }
    }
}
