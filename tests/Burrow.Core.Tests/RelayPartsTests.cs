using System.Net.Sockets;
using Burrow.Core.Relaying;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests;

/// <summary>What a relay does besides moving bytes: policies for the end, prefixes, rates.</summary>
public sealed class RelayPartsTests
{
    static readonly EndReason OurReason = new(EndPhase.Relay, EndSide.Local, EndCause.Stopped, "test");

    static async Task<(SocketConnection Client, Socket Server, Relay Relay, Task<RelayResult> Result)> JoinAsync(RelayOptions options)
    {
        var (client, near) = await Loopback.TcpAsync();
        var (far, server) = await Loopback.TcpSocketsAsync();
        var other = new SocketConnection(far);
        var relay = new Relay(near, other, options);
        return (client, server, relay, RunAsync());

        async Task<RelayResult> RunAsync()
        {
            var result = await relay.RunAsync();
            await near.DisposeAsync();
            await other.DisposeAsync();
            return result;
        }
    }

    [Fact]
    public async Task R_SHD_42_Kill_EndOfOneSide_EndsBoth()
    {
        var (client, server, _, result) = await JoinAsync(new RelayOptions { EndPolicy = EndPolicy.Kill });
        await client.WriteAsync("bye"u8.ToArray());
        await client.CompleteAsync();
        var buffer = new byte[64];
        Assert.Equal(3, await server.ReceiveAsync(buffer));
        Assert.Equal(0, await server.ReceiveAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(buffer)); // though the server has not ended
        Assert.Equal(new RelayResult(3, 0, EndReason.Completed, null), await result);
    }

    [Fact]
    public async Task Kill_WhatWasRead_IsDeliveredThoughTheOtherSideKeepsSending()
    {
        const int Length = 8 << 20;
        var (client, server, _, result) = await JoinAsync(new RelayOptions { EndPolicy = EndPolicy.Kill });
        var flooding = Task.Run(async () =>
        {
            var flood = new byte[100_000];
            try
            {
                while (true) await server.SendAsync(flood);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The relay closed, or the test has seen enough.
            }
        });
        var draining = Task.Run(async () =>
        {
            while (await client.ReadAsync(new byte[100_000]) > 0)
            {
            }
        });
        var sending = Task.Run(async () =>
        {
            Assert.True(await client.WriteAsync(new byte[Length]));
            await client.CompleteAsync();
        });
        var received = 0;
        var buffer = new byte[10_000];
        int count;
        while ((count = await server.ReceiveAsync(buffer)) > 0) received += count;
        Assert.Equal(Length, received);
        await Task.WhenAll(sending, draining, result);
        Assert.Equal(EndReason.Completed, (await result).Reason);
        server.Dispose();
        await flooding;
    }

    [Fact]
    public async Task R_SHD_43_Lazy_OtherSideStays_UntilAWriteToTheGoneOneFails()
    {
        var (client, server, _, result) = await JoinAsync(new RelayOptions { EndPolicy = EndPolicy.Lazy });
        await client.WriteAsync("last"u8.ToArray());
        await client.CompleteAsync();
        var buffer = new byte[64];
        Assert.Equal(4, await server.ReceiveAsync(buffer));
        await server.SendAsync("still here"u8.ToArray());
        Assert.Equal(10, await client.ReadAsync(buffer));
        Assert.Equal(0, server.Available);
        Assert.False(server.Poll(0, SelectMode.SelectRead)); // no end of stream: it was not told

        await client.DisposeAsync(); // now the client is gone, not only silent
        var reading = server.ReceiveAsync(buffer);
        var sending = Task.Run(async () =>
        {
            try
            {
                while (true) await server.SendAsync(new byte[1000]);
            }
            catch (SocketException)
            {
                // That is what is waited for.
            }
        });
        await sending;
        // The kernel reports the reset to the first who asks, which may have been the sender.
        if (await Record.ExceptionAsync(() => reading) is null) Assert.Equal(0, await reading);
        Assert.Equal(RelayEnd.First, (await result).Failed);
    }

    [Fact]
    public async Task R_SHD_43_Lazy_OneSideResets_TheOtherStays_UntilItSends()
    {
        var (client, server, _, result) = await JoinAsync(new RelayOptions { EndPolicy = EndPolicy.Lazy });
        await client.WriteAsync("last"u8.ToArray());
        Assert.Equal(4, await server.ReceiveAsync(new byte[64]));
        client.Abort(EndReason.Stopped); // a socket that is aborted resets
        await Task.Delay(200); // long enough for a reset that should not come
        Assert.False(server.Poll(0, SelectMode.SelectRead));
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true) await server.SendAsync(new byte[1000]);
        });
        Assert.Equal(RelayEnd.First, (await result).Failed);
    }

    [Fact]
    public async Task Lazy_BothSidesEnd_EndsInOrder()
    {
        var (client, server, _, result) = await JoinAsync(new RelayOptions { EndPolicy = EndPolicy.Lazy });
        await client.CompleteAsync();
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await server.ReceiveAsync(new byte[1]));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(new byte[1]));
        Assert.Equal(EndReason.Completed, (await result).Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(10 << 20)]
    public async Task R_SHD_44_Prefix_PrecedesTheStreamOnOneSideOnly(int length)
    {
        var prefix = new byte[length];
        new PatternStream(9).Next(prefix);
        var (client, server, _, result) = await JoinAsync(new RelayOptions { Prefix = new MemoryStream(prefix) });
        await client.WriteAsync("after"u8.ToArray());
        await client.CompleteAsync();
        await server.SendAsync("answer"u8.ToArray());
        server.Shutdown(SocketShutdown.Send);
        var received = new List<byte>();
        var buffer = new byte[100_000];
        int count;
        while ((count = await server.ReceiveAsync(buffer)) > 0) received.AddRange(buffer.AsSpan(0, count));
        Assert.Equal([.. prefix, .. "after"u8], received.ToArray());
        Assert.Equal("answer"u8.ToArray(), buffer[..await client.ReadAsync(buffer)]);
        Assert.Equal(new RelayResult(length + 5, 6, EndReason.Completed, null), await result);
    }

    [Fact]
    public async Task Rate_BytesGoAsTheClockAllows_AndNotBefore()
    {
        var clock = new ManualClock();
        var (client, near) = MemoryConnection.CreatePair(capacity: 1 << 20);
        var (far, server) = MemoryConnection.CreatePair(capacity: 1 << 20);
        var result = new Relay(near, far, new RelayOptions { ForwardRate = 1000, Time = clock }).RunAsync();
        await client.WriteAsync(new byte[500]);
        Assert.Equal(0, server.Buffered);
        for (var passed = 0; passed < 500; passed += 25)
        {
            while (clock.ActiveTimers == 0) await Task.Yield();
            Assert.Equal(passed, server.Buffered);
            clock.Advance(TimeSpan.FromMilliseconds(25));
            while (server.Buffered == passed) await Task.Yield();
        }
        client.Abort(OurReason);
        clock.Advance(TimeSpan.FromSeconds(1));
        await result;
    }

    [Fact]
    public async Task ManySplicedStreamsWithSlowReaders_ArriveByteForByte()
    {
        const long Length = 24 << 20;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async seed =>
        {
            var (client, server, _, result) = await JoinAsync(RelayOptions.Default);
            var sending = Task.Run(async () =>
            {
                var pattern = new PatternStream(seed);
                var part = new byte[300_000];
                while (pattern.Offset < Length)
                {
                    var piece = part.AsMemory(0, (int)Math.Min(part.Length, Length - pattern.Offset));
                    pattern.Next(piece.Span);
                    Assert.True(await client.WriteAsync(piece));
                }
                await client.CompleteAsync();
            });
            var random = new Random(seed);
            var expected = new PatternStream(seed);
            var buffer = new byte[200_000];
            int count;
            while ((count = await server.ReceiveAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)))) > 0)
            {
                expected.Verify(buffer.AsSpan(0, count));
                if (random.Next(10) == 0) await Task.Delay(1);
            }
            Assert.Equal(Length, expected.Offset);
            server.Shutdown(SocketShutdown.Send);
            await sending;
            Assert.Equal(new RelayResult(Length, 0, EndReason.Completed, null), await result);
        }));
    }
}
