using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

public sealed class HasLeftTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AClientThatIsThere_HasNotLeft_NorOneThatHalfClosedAfterARequest()
    {
        var (client, server) = await Loopback.TcpAsync();
        Assert.False(server.HasLeft);
        await client.WriteAsync("request"u8.ToArray());
        await client.CompleteAsync();
        await server.WaitReadableAsync().AsTask().WaitAsync(Limit);
        Assert.False(server.HasLeft);
        Assert.Equal(7, await server.ReadAsync(new byte[100])); // nothing of it was taken
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClientThatResetsOrSaysNothingAndCloses_HasLeft(bool resets)
    {
        var (client, server) = await Loopback.TcpAsync();
        if (resets) client.Abort(EndReason.Stopped);
        else await client.CompleteAsync();
        await server.WaitReadableAsync().AsTask().WaitAsync(Limit);
        Assert.True(server.HasLeft);
        await client.DisposeAsync();
        await server.DisposeAsync();
        Assert.True(server.HasLeft);
    }
}
