using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds;

[UnsupportedOSPlatform("windows")]
public sealed class UnixListenerTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("burrow").FullName;

    string SocketPath => Path.Combine(_directory, "a.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    static async Task AssertServesAsync(ListenerInbound listener, string path)
    {
        var clients = Channel.CreateUnbounded<Connection>();
        listener.Start(c => clients.Writer.TryWrite(c));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync("hi"u8.ToArray());
        int count;
        do
        {
            var server = await clients.Reader.ReadAsync();
            count = await server.ReadAsync(new byte[4]);
            server.Abort(EndReason.Stopped);
            await server.DisposeAsync();
        }
        while (count == Connection.EndOfStream); // who only asked whether somebody answers
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Socket_IsReachableByItsOwnerOnly_AndGoneAfterDispose()
    {
        var result = UnixBinder.Bind(SocketPath);
        Assert.True(result.Succeeded, result.Failure?.ToString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Single(Directory.GetFileSystemEntries(_directory));
        await AssertServesAsync(result.Listener, SocketPath);
        await result.Listener.DisposeAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task LivingSocket_IsAddressInUse_AndStaysUnharmed()
    {
        var first = UnixBinder.Bind(SocketPath);
        var second = UnixBinder.Bind(SocketPath);
        Assert.Equal(EndCause.AddressInUse, second.Failure?.Cause);
        await AssertServesAsync(first.Listener!, SocketPath);
        await first.Listener!.DisposeAsync();
    }

    [Fact]
    public async Task DeadSocket_IsTakenOver()
    {
        // Closed without the removal of its file, as after kill -9: the runtime removes a name only under which it was bound.
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".x"));
            File.Move(SocketPath + ".x", SocketPath);
        }
        var result = UnixBinder.Bind(SocketPath);
        Assert.True(result.Succeeded, result.Failure?.ToString());
        await AssertServesAsync(result.Listener, SocketPath);
        await result.Listener.DisposeAsync();
    }

    [Fact]
    public void SomebodysFile_IsNotReplaced()
    {
        File.WriteAllText(SocketPath, "precious");
        Assert.False(UnixBinder.Bind(SocketPath).Succeeded);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Theory]
    [InlineData("missing/a.sock")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void ImpossiblePath_IsSaid(string name)
    {
        var result = UnixBinder.Bind(Path.Combine(_directory, name));
        Assert.Equal((EndPhase.Listen, EndCause.AddressNotAvailable), (result.Failure!.Phase, result.Failure.Cause));
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }
}
