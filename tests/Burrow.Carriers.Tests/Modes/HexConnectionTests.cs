using Burrow.Carriers.Modes.Hex;
using Burrow.Core;
using Burrow.Testing;
using Xunit;

namespace Burrow.Carriers.Tests.Modes;

public sealed class HexConnectionTests
{
    [Fact]
    public async Task Bytes_AreTwoLowerCaseDigitsOnTheWire()
    {
        var (a, b) = MemoryConnection.CreatePair();
        await new HexConnection(a).WriteAsync(new byte[] { 0x00, 0xab, 0x7f, 0xff });
        var buffer = new byte[20];
        Assert.Equal("00ab7fff", System.Text.Encoding.ASCII.GetString(buffer, 0, await b.ReadAsync(buffer)));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Bytes_ArriveHoweverTheDigitsAreSplit(int maxRead)
    {
        var (a, b) = MemoryConnection.CreatePair(maxRead: maxRead);
        await TlsConnectionTests.AssertTransferAsync(new HexConnection(a), new HexConnection(b), 200_000, seed: 1);
    }

    [Fact]
    public async Task SixtyFourMebibytes_OverSockets_Arrive()
    {
        var (client, server) = await Loopback.TcpAsync();
        await using var a = new HexConnection(client);
        await using var b = new HexConnection(server);
        await TlsConnectionTests.AssertTransferAsync(a, b, 64 << 20, seed: 2);
    }

    [Theory]
    [InlineData("0A")]
    [InlineData("0g")]
    [InlineData("g")]
    [InlineData("00 ")]
    [InlineData("\n")]
    [InlineData("0")]
    public async Task AnythingElse_IsAProtocolError(string wire)
    {
        var (a, b) = MemoryConnection.CreatePair(maxRead: 1);
        await a.WriteAsync(System.Text.Encoding.ASCII.GetBytes(wire));
        await a.CompleteAsync();
        var hex = new HexConnection(b);
        var buffer = new byte[10];
        int count;
        while ((count = await hex.ReadAsync(buffer)) > 0) { }
        Assert.Equal(Connection.Aborted, count);
        Assert.Equal(EndCause.Protocol, hex.End!.Cause);
    }

    [Fact]
    public async Task EndsAndResets_PassThrough()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (left, right) = (new HexConnection(a), new HexConnection(b));
        Assert.True(await left.CompleteAsync());
        Assert.Equal(Connection.EndOfStream, await right.ReadAsync(new byte[1]));
        Assert.True(await right.WriteAsync(new byte[] { 1 }));
        Assert.Equal(1, await left.ReadAsync(new byte[1]));
        right.Abort(EndReason.Stopped);
        Assert.Equal(Connection.Aborted, await left.ReadAsync(new byte[1]));
        Assert.Equal(EndCause.Reset, left.End!.Cause);
    }
}
