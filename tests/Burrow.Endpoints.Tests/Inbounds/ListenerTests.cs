using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Endpoints.Outbounds.Direct;
using Burrow.Testing;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds;

public sealed class ListenerTests
{
    static async Task<ListenerInbound> BindAsync(string host, int port = 0, Resolver? resolve = null)
    {
        var result = await TcpBinder.BindAsync(new Target(host, port), resolve: resolve);
        Assert.True(result.Succeeded, result.Failure?.ToString());
        return result.Listener;
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost.")]
    public async Task Localhost_IsLoopback_WhateverAResolverSays(string name)
    {
        await using var listener = await BindAsync(name, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Any]));
        Assert.All(listener.LocalEndPoints, bound => Assert.True(IPAddress.IsLoopback(((IPEndPoint)bound).Address), $"{bound}"));
    }

    static ChannelReader<Connection> Start(ListenerInbound listener)
    {
        var clients = Channel.CreateUnbounded<Connection>();
        listener.Start(c => clients.Writer.TryWrite(c));
        return clients.Reader;
    }

    static async Task<Connection> DialAsync(string host, int port)
    {
        var result = await new DirectOutbound().DialAsync(new Target(host, port), TimeSpan.FromSeconds(20), null, default);
        Assert.True(result.Succeeded, result.Failure?.ToString());
        return result.Connection;
    }

    static async Task AssertJoinedAsync(Connection client, Connection server)
    {
        Assert.True(await client.WriteAsync("hello"u8.ToArray()));
        var buffer = new byte[16];
        Assert.Equal(5, await server.ReadAsync(buffer));
        client.Abort(EndReason.Stopped);
        Assert.Equal(Connection.Aborted, await server.ReadAsync(buffer));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("", "127.0.0.1")]
    [InlineData("", "::1")]
    [InlineData("*", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    public async Task Client_IsHandedOn_WithItsAddress(string bind, string dial)
    {
        await using var listener = await BindAsync(bind);
        Assert.NotEqual(0, listener.Port);
        var clients = Start(listener);
        var client = await DialAsync(dial, listener.Port);
        var server = await clients.ReadAsync();
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        await AssertJoinedAsync(client, server);
    }

    [Fact]
    public async Task Name_IsBoundOnAllItsAddresses_WithOnePort()
    {
        await using var listener = await BindAsync("both.example", resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.IPv6Loopback]));
        Assert.Equal(2, listener.LocalEndPoints.Count);
        var clients = Start(listener);
        foreach (var host in (string[])["127.0.0.1", "::1"])
        {
            var client = await DialAsync(host, listener.Port);
            await AssertJoinedAsync(client, await clients.ReadAsync());
        }
    }

    [Fact]
    public async Task TakenPort_IsAddressInUse()
    {
        await using var listener = await BindAsync("127.0.0.1");
        foreach (var host in (string[])["127.0.0.1", "", "0.0.0.0"])
        {
            var second = await TcpBinder.BindAsync(new Target(host, listener.Port));
            Assert.Equal((EndPhase.Listen, EndSide.Local, EndCause.AddressInUse), (second.Failure!.Phase, second.Failure.Side, second.Failure.Cause));
        }
    }

    [Fact]
    public async Task SamePort_OnAnotherAddress_IsAnotherListener()
    {
        await using var one = await BindAsync("127.0.0.1");
        await using var two = await BindAsync("127.0.0.2", one.Port);
        var (ones, twos) = (Start(one), Start(two));
        await AssertJoinedAsync(await DialAsync("127.0.0.2", one.Port), await twos.ReadAsync());
        Assert.False(ones.TryRead(out _));
    }

    [Theory]
    [InlineData("192.0.2.1", EndCause.AddressNotAvailable)]
    [InlineData("gone.example", EndCause.UnknownHost)]
    public async Task ForeignAddressOrUnknownName_IsSaid(string host, EndCause cause)
    {
        var result = await TcpBinder.BindAsync(new Target(host, 0), resolve: (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        Assert.Equal(cause, result.Failure?.Cause);
    }

    [Fact]
    public async Task Dispose_FreesThePortAtOnce_ThoughItsClientsLinger()
    {
        var first = await BindAsync("127.0.0.1");
        var clients = Start(first);
        var client = await DialAsync("127.0.0.1", first.Port);
        var server = await clients.ReadAsync();
        await server.CompleteAsync(); // the server closes first, so that its side would linger in TIME_WAIT
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(new byte[1]));
        await client.CompleteAsync();
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(new byte[1]));
        await client.DisposeAsync();
        await server.DisposeAsync();
        await first.DisposeAsync();

        await using var second = await BindAsync("127.0.0.1", first.Port);
        var again = Start(second);
        await AssertJoinedAsync(await DialAsync("127.0.0.1", second.Port), await again.ReadAsync());
    }

    [Fact]
    public async Task Dispose_BeforeStart_AndTwice_IsFine()
    {
        var listener = await BindAsync("127.0.0.1");
        await listener.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task CallbackThatThrows_CostsThatClientAlone()
    {
        await using var listener = await BindAsync("127.0.0.1");
        var clients = Channel.CreateUnbounded<Connection>();
        var first = true;
        listener.Start(c =>
        {
            if (first)
            {
                first = false;
                throw new InvalidOperationException("test");
            }
            clients.Writer.TryWrite(c);
        });
        var unlucky = await new DirectOutbound().DialAsync(new Target("127.0.0.1", listener.Port), TimeSpan.FromSeconds(20), null, default);
        if (unlucky.Succeeded) Assert.Equal(Connection.Aborted, await unlucky.Connection.ReadAsync(new byte[1]));
        else Assert.Equal(EndCause.Reset, unlucky.Failure.Cause); // so soon that the dial itself heard of it
        await AssertJoinedAsync(await DialAsync("127.0.0.1", listener.Port), await clients.Reader.ReadAsync());
    }

    [Fact]
    public async Task ManyClientsAtOnce_AreAllHandedOn()
    {
        await using var listener = await BindAsync("127.0.0.1");
        var clients = Start(listener);
        var dialled = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => DialAsync("127.0.0.1", listener.Port)));
        var sources = new HashSet<EndPoint>();
        for (var i = 0; i < dialled.Length; i++)
        {
            var server = await clients.ReadAsync();
            sources.Add(server.RemoteEndPoint!);
            server.Abort(EndReason.Stopped);
            await server.DisposeAsync();
        }
        Assert.Equal([.. dialled.Select(c => c.LocalEndPoint!)], sources);
        foreach (var client in dialled) await client.DisposeAsync();
    }
}
