using System.Text;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Testing;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds.Dynamic;

public sealed class SocksTests
{
    static readonly EndReason NoReason = new(EndPhase.Dial, EndSide.Far, EndCause.Failed);

    static byte[] Socks4(string user, byte command = 1, byte[]? address = null, string? name = null) =>
        [4, command, 0, 80, .. address ?? [10, 1, 2, 3], .. Encoding.Latin1.GetBytes(user), 0, .. name is null ? [] : (byte[])[.. Encoding.Latin1.GetBytes(name), 0]];

    static byte[] Socks5(byte command, byte type, params byte[] address) => [5, 1, 0, 5, command, 0, type, .. address, 0, 80];

    static byte[] Name(string name) => [(byte)name.Length, .. Encoding.Latin1.GetBytes(name)];

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(255, false)]
    [InlineData(255, true)]
    public async Task Socks4_WithAUserIdOfAnyLength_IsAnsweredByteForByte(int length, bool slowly)
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks4(new string('u', length)), slowly);
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target("10.1.2.3", 80), accepted.Target);
        Assert.Equal(0, client.Own.Buffered); // nothing before the far side has connected
        accepted.Opened();
        Assert.Equal([0, 0x5A, 0, 80, 10, 1, 2, 3], await client.HearAsync(8));
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Socks4a_LeavesTheNameToTheFarSide(bool slowly)
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks4("me", address: [0, 0, 0, 7], name: "intranet.example"), slowly);
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target("intranet.example", 80), accepted.Target);
        accepted.Opened();
        Assert.Equal([0, 0x5A, 0, 80, 0, 0, 0, 7], await client.HearAsync(8));
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData(EndCause.Refused)]
    [InlineData(EndCause.UnknownHost)]
    public async Task Socks4_WhoseTargetFails_IsTold91AndClosed(EndCause cause)
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks4("me"));
        var accepted = await client.AcceptedAsync();
        accepted.Abort(NoReason with { Cause = cause });
        var disposing = accepted.DisposeAsync();
        Assert.Equal([0, 0x5B, 0, 80, 10, 1, 2, 3], await client.HearAsync(8));
        Assert.Equal("", await client.HearAllAsync());
        await client.Own.CompleteAsync();
        await disposing;
    }

    [Fact]
    public async Task Socks4_Bind_IsRefusedBy91()
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks4("me", command: 2));
        Assert.Equal([0, 0x5B, 0, 80, 10, 1, 2, 3], await client.HearAsync(8));
        await client.Own.CompleteAsync();
        Assert.False((await client.Reading).Succeeded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Socks5_WithANameAndDataInTheSameSegment_LosesNoByte(bool slowly)
    {
        await using var client = Client.Start();
        await client.SayAsync([.. Socks5(1, 3, Name("web.example")), .. "early"u8], slowly);
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target("web.example", 80), accepted.Target);
        Assert.Equal("early", await Client.ReadAsync(accepted, 5));
        Assert.Equal([5, 0], await client.HearAsync(2));
        accepted.Opened();
        await accepted.WriteAsync("late"u8.ToArray());
        Assert.Equal([5, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "late"u8], await client.HearAsync(14));
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task Socks5_WithAnIpv6Address_IsUnderstood()
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks5(1, 4, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target("2001:db8::1", 80), accepted.Target);
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData(EndCause.Refused, 5)]
    [InlineData(EndCause.Unreachable, 3)]
    [InlineData(EndCause.UnknownHost, 4)]
    [InlineData(EndCause.Denied, 2)]
    [InlineData(EndCause.TimedOut, 6)]
    [InlineData(EndCause.Limit, 1)]
    public async Task Socks5_TellsEachFailureByItsCode(EndCause cause, byte code)
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks5(1, 1, 10, 1, 2, 3));
        Assert.Equal([5, 0], await client.HearAsync(2));
        var accepted = await client.AcceptedAsync();
        accepted.Abort(NoReason with { Cause = cause });
        var disposing = accepted.DisposeAsync();
        Assert.Equal([5, code, 0, 1, 0, 0, 0, 0, 0, 0], await client.HearAsync(10));
        await client.Own.CompleteAsync();
        await disposing;
        Assert.True(accepted.Settled.IsCompleted);
    }

    [Theory]
    [InlineData(2, 1, 7)]
    [InlineData(3, 1, 7)]
    [InlineData(9, 1, 7)]
    [InlineData(1, 2, 8)]
    public async Task Socks5_WhatIsNotOffered_IsRefusedByItsCode(byte command, byte type, byte code)
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks5(command, type, 10, 1, 2, 3));
        Assert.Equal([5, 0, 5, code], await client.HearAsync(4));
        await client.Own.CompleteAsync();
        Assert.False((await client.Reading).Succeeded);
    }

    [Theory]
    [InlineData("sam", "p:ä wörd", true)]
    [InlineData("sam", "wrong", false)]
    [InlineData("nobody", "p:ä wörd", false)]
    public async Task Socks5_AsksForUserAndPassword_WhenThereAreUsers(string user, string password, bool right)
    {
        Assert.True(ProxyUsers.TryParse("# who may\nsam:p:ä wörd\n", out var users, out _));
        await using var client = Client.Start(users);
        await client.SayAsync([5, 2, 0, 2]);
        Assert.Equal([5, 2], await client.HearAsync(2));
        var (name, secret) = (Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(password));
        await client.SayAsync([1, (byte)name.Length, .. name, (byte)secret.Length, .. secret]);
        Assert.Equal([1, right ? (byte)0 : (byte)1], await client.HearAsync(2));
        if (!right)
        {
            Assert.Equal("", await client.HearAllAsync());
            return;
        }
        await client.SayAsync([5, 1, 0, 1, 10, 1, 2, 3, 0, 80]);
        await (await client.AcceptedAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Users_KeepOutWhoeverBringsNoPassword()
    {
        Assert.True(ProxyUsers.TryParse("sam:secret", out var users, out _));
        await using var fifth = Client.Start(users);
        await fifth.SayAsync([5, 1, 0]);
        Assert.Equal([5, 0xFF], await fifth.HearAsync(2));
        await using var fourth = Client.Start(users);
        await fourth.SayAsync(Socks4("sam"));
        Assert.Equal(0x5B, (await fourth.HearAsync(8))[1]);
    }

    [Fact]
    public async Task HalfARequest_IsClosedByTheDeadline()
    {
        var time = new ManualClock();
        await using var client = Client.Start(time: time);
        await client.SayAsync([5, 1, 0, 5, 1]);
        Assert.Equal([5, 0], await client.HearAsync(2));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(client.Reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False((await client.Reading.WaitAsync(TimeSpan.FromSeconds(20))).Succeeded);
        Assert.NotNull(client.Own.End);
    }

    [Fact]
    public async Task AClientThatLeavesBeforeTheAnswer_EndsItsRequest()
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks4("me"));
        var accepted = await client.AcceptedAsync();
        var waiting = accepted.WaitReadableAsync().AsTask();
        client.Own.Abort(EndReason.Stopped);
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Connection.Aborted, accepted.TryRead(new byte[16]));
        Assert.True(accepted.Settled.IsCompleted);
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task AnAbortBeforeTheAnswer_EndsAPendingRead_AndStillAnswers()
    {
        await using var client = Client.Start();
        await client.SayAsync(Socks5(1, 1, 10, 1, 2, 3));
        var accepted = await client.AcceptedAsync();
        var waiting = accepted.WaitReadableAsync().AsTask();
        accepted.Abort(NoReason with { Cause = EndCause.Refused });
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Connection.Aborted, accepted.TryRead(new byte[16]));
        var disposing = accepted.DisposeAsync();
        Assert.Equal([5, 0, 5, 5], await client.HearAsync(4));
        await client.Own.CompleteAsync();
        await disposing;
    }
}
