using System.Security.Cryptography;
using Burrow.Cli.Compose.Demo;
using Burrow.Core;
using Burrow.Testing;
using Xunit;

namespace Burrow.Cli.Tests.Demo;

/// <summary>A service sends something else than it says, or less, or more: the demonstration must not call that the same.</summary>
public sealed class DemoVerdictTests
{
    const int Size = 200_000;

    readonly List<string> _said = [];
    readonly List<string> _failed = [];

    [Fact]
    public async Task SameBytes_AreCalledTheSame()
    {
        Assert.Equal(0, await CompareAsync(file => file));
        Assert.Equal("the same", _said[^1]);
        Assert.Empty(_failed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Size / 2)]
    [InlineData(Size - 1)]
    public async Task OneBitThatDiffers_IsAFailure_AndBothSumsAreShown(int at)
    {
        Assert.Equal(1, await CompareAsync(file =>
        {
            file[at] ^= 1;
            return file;
        }));
        Assert.Single(_failed);
        Assert.NotEqual(_said.Single(line => line.StartsWith("sent ", StringComparison.Ordinal))[10..], _said.Single(line => line.StartsWith("arrived ", StringComparison.Ordinal))[10..]);
        Assert.DoesNotContain("the same", _said);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Size - 1)]
    [InlineData(Size + 1)]
    public async Task AnotherLength_IsAFailure(int length)
    {
        Assert.Equal(1, await CompareAsync(file => [.. file.Take(length), .. new byte[Math.Max(0, length - Size)]]));
        Assert.Single(_failed);
    }

    [Fact]
    public async Task ConnectionThatIsCut_IsAFailure_AndSaysWhere()
    {
        Assert.Equal(1, await CompareAsync(file => file[..70_000], cut: true));
        Assert.Contains("after 70000 of 200000 bytes", Assert.Single(_failed));
    }

    async Task<int> CompareAsync(Func<byte[], byte[]> onTheWay, bool cut = false)
    {
        var (client, service) = MemoryConnection.CreatePair(capacity: 2 * Size);
        var file = RandomNumberGenerator.GetBytes(Size);
        var sent = Task.FromResult(SHA256.HashData(file));
        var download = new Download(client, _ => { });
        var running = download.RunAsync();
        var arriving = onTheWay(file);
        await service.WriteAsync(arriving);
        await download.WhenReachedAsync(arriving.Length);
        if (cut) service.Abort(EndReason.Stopped);
        else await service.CompleteAsync();
        return await DemoVerdict.RunAsync(Size, sent, download.Received, await running, "the same", _said.Add, _failed.Add);
    }
}
