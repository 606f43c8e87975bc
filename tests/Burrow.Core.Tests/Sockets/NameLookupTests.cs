using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

public sealed class NameLookupTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task QuestionsThatHang_HoldNobodyElseUp_AndOnlySoManyAreAsked()
    {
        using var hang = new ManualResetEventSlim();
        var asked = 0;
        using var lookup = new NameLookup(
            _ =>
            {
                Interlocked.Increment(ref asked);
                hang.Wait();
                return [IPAddress.Loopback];
            },
            atOnce: 16);
        var answers = Enumerable.Range(0, 40).Select(i => lookup.AskAsync($"{i}", CancellationToken.None)).ToList();
        while (Volatile.Read(ref asked) < 16) await Task.Yield();

        // More work than the pool has threads at first, while all questions hang.
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(static () => { }))).WaitAsync(Limit);
        Assert.Equal(16, asked);
        hang.Set();
        foreach (var answer in answers) Assert.Equal([IPAddress.Loopback], await answer.WaitAsync(Limit));
        Assert.Equal(40, asked);
    }

    [Fact]
    public async Task WhoGivesUp_WaitsNoMore_AndTheQuestionKeepsItsPlaceUntilItIsAnswered()
    {
        using var hang = new ManualResetEventSlim();
        using var lookup = new NameLookup(
            _ =>
            {
                hang.Wait();
                return [];
            },
            atOnce: 1);
        using var stop = new CancellationTokenSource();
        var asking = lookup.AskAsync("a", stop.Token);
        var waiting = lookup.AskAsync("b", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Limit));
        var next = lookup.AskAsync("c", CancellationToken.None);
        Assert.False(next.IsCompleted);
        hang.Set();
        Assert.Empty(await next.WaitAsync(Limit));
    }

    [Fact]
    public async Task AFailure_IsTheAnswer_AndFreesThePlace()
    {
        using var lookup = new NameLookup(static host => host == "bad" ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Any], atOnce: 1);
        await Assert.ThrowsAsync<SocketException>(() => lookup.AskAsync("bad", CancellationToken.None));
        Assert.Equal([IPAddress.Any], await lookup.AskAsync("good", CancellationToken.None).WaitAsync(Limit));
    }

    [Fact]
    public async Task Questions_OneAfterAnother_ShareThreads()
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        using var lookup = new NameLookup(
            _ =>
            {
                threads.TryAdd(Environment.CurrentManagedThreadId, 0);
                return [];
            },
            atOnce: 2);
        for (var i = 0; i < 500; i++) Assert.Empty(await lookup.AskAsync("a", CancellationToken.None).WaitAsync(Limit));
        Assert.InRange(threads.Count, 1, 2);
    }

    [Fact]
    public async Task OneNameThatHangs_HoldsNoOtherUp()
    {
        using var hang = new ManualResetEventSlim();
        using var lookup = new NameLookup(
            host =>
            {
                if (host == "silent") hang.Wait();
                return [IPAddress.Any];
            },
            atOnce: 2);
        var silent = lookup.AskAsync("silent", CancellationToken.None);
        for (var i = 0; i < 100; i++) Assert.Equal([IPAddress.Any], await lookup.AskAsync("quick", CancellationToken.None).WaitAsync(Limit));
        Assert.False(silent.IsCompleted);
        hang.Set();
        await silent.WaitAsync(Limit);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost.")]
    [InlineData("any.name.localhost")]
    public async Task Localhost_IsAnsweredAtOnce_WithoutTheResolver(string name)
    {
        var answer = NameLookup.ResolveAsync(name, CancellationToken.None);
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Contains(IPAddress.Loopback, await answer);
        Assert.All(await answer, address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.False(HostName.IsLocalhost("mylocalhost"));
    }
}
