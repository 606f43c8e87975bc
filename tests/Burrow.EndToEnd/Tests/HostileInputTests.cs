using System.Net;
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

    /// <summary>What a stranger sends, what Jenny's log says of him, and the code of the REFUSED (docs/protocol.md §3.3) that he gets, if he gets one.</summary>
    sealed record Hostility(byte[] Input, string Log, int? Refused = null);

    const string TooSlow = "handshake: timed out \\(did not prove who it is within 10 s\\)";

    static readonly Dictionary<string, Hostility> Hostilities = new(StringComparer.Ordinal)
    {
        // So much of it that the answer is lost to a reset: only the log tells.
        ["garbage"] = new(RandomBytes(100_000), "version not understood"),
        ["control characters"] = new(new byte[100], "begins with 0x00"),
        ["half a greeting"] = new([0x81, 4, 0, 74, 1, 2, 3], TooSlow),
        ["a huge length"] = new([0x81, 2, 0xff, 0xff, .. RandomBytes(70_000)], "protocol error .*65535"),
        ["an attach of nobody's session"] = new([0x81, 4, 0, 57, 1, .. new byte[56]], "unknown session", Refused: 14),
        ["another version"] = new([0xfe, 2, 0, 1, 0], "version not understood", Refused: 17),
        ["a birth without TLS"] = new([0x81, 2, 0, 27, .. Birth], "births, queries and measurements need TLS", Refused: 5),
        ["a query without TLS"] = new([0x81, 9, 0, 16, .. new byte[16]], "births, queries and measurements need TLS", Refused: 5),
        ["an answer instead of a question"] = new([0x81, 10, 0, 2, 0, 0], "Answer as the first message"),
        ["half a greeting in hex"] = new("810400"u8.ToArray(), TooSlow),
        ["hex and then garbage"] = new("8104004azz"u8.ToArray(), "protocol error"),
        ["half a TLS hello"] = new([0x16, 3, 1, 2, 0, 1, 0], TooSlow),
        // What it claims to be decides whether more of it is waited for than a stranger may send.
        ["a TLS record of garbage"] = new([0x16, 3, 1, 0x40, 0, .. RandomBytes(0x4000)], "(protocol error|limit reached)"),
    };

    /// <summary>The payload of a BIRTH as it should be: instance 0, run 1, mode encrypted, path 0, no name.</summary>
    static byte[] Birth => [.. new byte[16], 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0];

    public static TheoryData<string> HostilityNames => [.. Hostilities.Keys];

    [Theory]
    [MemberData(nameof(HostilityNames))]
    public async Task BadInput_IsClosedForWhatItIs_AndDisturbsNobody(string name)
    {
        var hostility = Hostilities[name];
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("-v"); // whoever came from that address before
        StartJack("-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        using var stranger = await Lab.Client.ConnectAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        var port = ((IPEndPoint)stranger.LocalEndPoint!).Port; // the firewall puts its own address in the place of ours and leaves the port
        await WriteWhatIsTakenAsync(stranger, hostility.Input);
        if (hostility.Refused is { } code)
        {
            // REFUSED: 0x81, type 8, length u16, code u16 …
            var answer = await stranger.ReceiveToEndAsync().Within(20, $"the refusal of a caller who sends {name}");
            Assert.Equal([0x81, 8, 0, (byte)(answer.Length - 4), 0, (byte)code], answer[..6]);
        }
        else
        {
            await stranger.HowItEndsAsync().Within(20, $"the end of a caller who sends {name}");
        }

        stranger.Dispose();
        await Jenny.WaitForLineAsync($"(caller|refused) [0-9.]+:{port}\\b.*{hostility.Log}");
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
    public async Task ATlsClientWithoutACertificate_GetsItsVerdictAndNothingElse()
    {
        StartJenny();
        var socket = await Lab.Client.ConnectWhenListeningAsync(BurrowProgram.DefaultPort, NetworkLab.ServerAddress);
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "burrow",
            ApplicationProtocols = [new SslApplicationProtocol("burrow/1")],
#pragma warning disable CA5359 // A stranger does not care who answers.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        }).Within(20, "the TLS handshake");
        await tls.WriteAsync((byte[])[0x81, 2, 0, 27, .. Birth]);
        var answer = new List<byte>();
        var buffer = new byte[4096];
        int count;
        while ((count = await tls.ReadAsync(buffer).AsTask().Within(20, "the end")) > 0) answer.AddRange(buffer[..count]);
        // One VERDICT (type 1) with code 18, credential, and the end: no BORN behind it.
        Assert.Equal([0x81, 1, 0, (byte)(answer.Count - 4), 0, 18], answer[..6]);
        Assert.Empty((await StatusTests.StatusAsync(Lab.Server, "jenny")).GetProperty("sessions").EnumerateArray());
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
