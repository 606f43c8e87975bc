using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The witness is reliable: a stream that is not the one that was sent does not pass.</summary>
public sealed class ServiceTests
{
    const int Length = 4096;

    [Fact]
    public async Task Pattern_AsSent_Passes() => await ReceiveAsync(bytes => bytes);

    [Fact]
    public async Task Pattern_WithLostBytes_SaysHowMany() =>
        Assert.Contains("80 are missing", await MessageAsync(bytes => [.. bytes[..800], .. bytes[880..], .. new byte[80]]), StringComparison.Ordinal);

    [Fact]
    public async Task Pattern_WithDoubledBytes_SaysWhich() =>
        Assert.Contains("doubled: the bytes of 720", await MessageAsync(bytes => [.. bytes[..800], .. bytes[720..^80]]), StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Pattern_ShiftedByPartOfAWord_IsNoticed(int lost) =>
        Assert.NotEmpty(await MessageAsync(bytes => [.. bytes[..801], .. bytes[(801 + lost)..], .. new byte[lost]]));

    [Fact]
    public async Task Pattern_OfAnotherStream_IsNoticed() =>
        Assert.NotEmpty(await MessageAsync(bytes =>
        {
            for (var i = 0; i < bytes.Length; i += 8)
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)) ^ 6);
            return bytes;
        }));

    [Fact]
    public async Task Pattern_ThatEndsEarly_IsNoticed() =>
        Assert.Contains("ended after 4000", await MessageAsync(bytes => bytes[..4000]), StringComparison.Ordinal);

    static async Task<string> MessageAsync(Func<byte[], byte[]> damage) => (await Assert.ThrowsAsync<InvalidDataException>(() => ReceiveAsync(damage))).Message;

    static async Task ReceiveAsync(Func<byte[], byte[]> damage)
    {
        var (sender, damager) = await PairAsync();
        await new Pattern(5).SendAsync(sender, Length);
        var bytes = damage(await damager.ReceiveExactlyAsync(Length));
        var (forwarder, receiver) = await PairAsync();
        await forwarder.SendAllAsync(bytes);
        forwarder.Dispose();
        await new Pattern(5).ReceiveAsync(receiver, Length);
        sender.Dispose();
        damager.Dispose();
        receiver.Dispose();
    }

    static async Task<(Socket, Socket)> PairAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await one.ConnectAsync(listener.LocalEndPoint!);
        return (one, await listener.AcceptAsync());
    }
}
