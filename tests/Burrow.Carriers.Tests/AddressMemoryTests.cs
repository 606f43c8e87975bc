using System.Net;
using System.Net.Sockets;
using Burrow.Carriers.Tcp;
using Xunit;

namespace Burrow.Carriers.Tests;

public sealed class AddressMemoryTests
{
    readonly List<TaskCompletionSource<IPAddress[]>> _questions = [];
    readonly AddressMemory _memory;

    public AddressMemoryTests() => _memory = new AddressMemory((_, _) =>
    {
        lock (_questions)
        {
            var question = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            _questions.Add(question);
            return question.Task;
        }
    });

    async Task<TaskCompletionSource<IPAddress[]>> QuestionAsync(int index)
    {
        while (true)
        {
            lock (_questions)
            {
                if (_questions.Count > index) return _questions[index];
            }
            await Task.Yield();
        }
    }

    Task<IPAddress[]> AskAsync(string host = "jenny") => _memory.ResolveAsync(host, CancellationToken.None);

    [Fact]
    public async Task AKnownName_IsAnsweredAtOnce_WhileOneQuestionIsUnderWay()
    {
        var first = AskAsync();
        (await QuestionAsync(0)).SetResult([IPAddress.Loopback]);
        Assert.Equal([IPAddress.Loopback], await first);
        for (var i = 0; i < 5; i++) Assert.Equal([IPAddress.Loopback], await AskAsync("JENNY"));
        var again = await QuestionAsync(1);
        Assert.Equal(2, _questions.Count);

        again.SetResult([IPAddress.IPv6Loopback]);
        while ((await AskAsync())[0].Equals(IPAddress.Loopback)) await Task.Yield();
        Assert.Equal([IPAddress.IPv6Loopback], await AskAsync());
    }

    [Fact]
    public async Task AResolverThatFailsLater_LeavesWhatIsKnown()
    {
        var first = AskAsync();
        (await QuestionAsync(0)).SetResult([IPAddress.Loopback]);
        await first;
        await AskAsync();
        (await QuestionAsync(1)).SetException(new SocketException((int)SocketError.TryAgain));
        Assert.Equal([IPAddress.Loopback], await AskAsync());
        Assert.Equal([IPAddress.Loopback], await AskAsync());
    }

    [Fact]
    public async Task AnUnknownName_IsNotRemembered()
    {
        var first = AskAsync();
        (await QuestionAsync(0)).SetException(new SocketException((int)SocketError.HostNotFound));
        await Assert.ThrowsAsync<SocketException>(() => first);
        var second = AskAsync();
        (await QuestionAsync(1)).SetResult([IPAddress.Loopback]);
        Assert.Equal([IPAddress.Loopback], await second);
    }
}
