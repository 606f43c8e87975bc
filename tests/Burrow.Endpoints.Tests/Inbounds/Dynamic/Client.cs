using System.Text;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Testing;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds.Dynamic;

/// <summary>A client of the inbound in memory: says something, and what it gets is looked at.</summary>
sealed class Client : IAsyncDisposable
{
    readonly MemoryConnection _own;

    Client(MemoryConnection own, Task<DynamicResult> reading) => (_own, Reading) = (own, reading);

    public Task<DynamicResult> Reading { get; }

    public MemoryConnection Own => _own;

    public static Client Start(ProxyUsers? users = null, TimeProvider? time = null)
    {
        var (own, inbounds) = MemoryConnection.CreatePair();
        return new Client(own, new DynamicInbound(users, time ?? TimeProvider.System).ReadAsync(inbounds));
    }

    /// <summary>Sends it all at once, or byte by byte.</summary>
    public async Task SayAsync(byte[] bytes, bool slowly = false)
    {
        if (!slowly)
        {
            await _own.WriteAsync(bytes);
            return;
        }
        foreach (var one in bytes)
        {
            await _own.WriteAsync(new[] { one });
            await Task.Yield();
        }
    }

    public Task SayAsync(string text, bool slowly = false) => SayAsync(Encoding.Latin1.GetBytes(text), slowly);

    /// <summary>Exactly so many bytes.</summary>
    public async Task<byte[]> HearAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await _own.ReadAsync(bytes.AsMemory(at)).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.True(read > 0, $"ended after {at} of {count} bytes");
            at += read;
        }
        return bytes;
    }

    /// <summary>Everything until the end of the stream.</summary>
    public async Task<string> HearAllAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        int count;
        while ((count = await _own.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20))) > 0) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        Assert.Equal(Connection.EndOfStream, count);
        return text.ToString();
    }

    public async Task<ProxyClient> AcceptedAsync()
    {
        var result = await Reading.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(result.Succeeded, result.Refusal);
        return result.Client;
    }

    /// <summary>What the client sends on, as the target would get it.</summary>
    public static async Task<string> ReadAsync(ProxyClient client, int count)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (text.Length < count)
        {
            var read = await client.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.True(read > 0, $"ended after \"{text}\"");
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();
}
