using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

/// <summary>Whether the other end's system answers; that one which is gone does not is shown between namespaces.</summary>
public sealed class PeerQuestionTests
{
    [Fact]
    public async Task PeerThatIsThere_Answers_AndSeesNothingOfTheQuestion()
    {
        var (client, server) = await Loopback.TcpAsync();
        Assert.True(await server.AnswersAsync(TimeSpan.FromSeconds(30)));
        await Task.Delay(TimeSpan.FromSeconds(1.2)); // longer ago than the answer may be: it has to be asked
        Assert.True(await server.AnswersAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(Connection.WouldBlock, client.TryRead(new byte[1]));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task ConnectionThatWasAborted_DoesNotAnswer()
    {
        var (client, server) = await Loopback.TcpAsync();
        server.Abort(EndReason.Stopped);
        Assert.False(await server.AnswersAsync(TimeSpan.FromSeconds(30)));
        await client.DisposeAsync();
    }
}
