using Burrow.Cli.Compose.Jack;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Burrow.Cli.Tests.Jack;

public sealed class WayMemoryTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    string _network = "at home";

    public void Dispose() => _directory.Dispose();

    string Cache => Path.Combine(_directory.Path, "cache");

    WayMemory Memory(params List<string> ways) => new(Cache, ways, () => _network, NullLogger.Instance);

    [Fact]
    public void AWay_ThatWorked_IsRecalledInTheSameNetworkAlone()
    {
        Memory("ws", "http", "cycles").Note(2);
        Assert.Equal(2, Memory("ws", "http", "cycles").Recall());
        Assert.Equal(0, Memory("ws", "http", "cycles through a proxy").Recall());
        _network = "in the hotel";
        Assert.Equal(0, Memory("ws", "http", "cycles").Recall());
    }

    [Fact]
    public void TheBestWay_NeedsNoFile()
    {
        var memory = Memory("ws", "http");
        memory.Note(0);
        Assert.False(Directory.Exists(Cache));
        memory.Note(1);
        Assert.Single(Directory.GetFiles(Cache));
        memory.Note(0);
        Assert.Empty(Directory.GetFiles(Cache));
    }

    [Fact]
    public void AFile_ThatSaysNothingSensible_IsAsNone()
    {
        Memory("ws", "http").Note(1);
        File.WriteAllText(Directory.GetFiles(Cache).Single(), "no such way");
        Assert.Equal(0, Memory("ws", "http").Recall());
    }

    [Fact]
    public void Files_ArePrunedToThoseUsedLast()
    {
        for (var count = 0; count < 80; count++)
        {
            _network = $"{count}";
            Memory("ws", "http").Note(1);
        }
        Assert.Equal(64, Directory.GetFiles(Cache).Length);
        Assert.Equal(1, Memory("ws", "http").Recall());
    }

    [Fact]
    public void ADirectoryThatCannotBeMade_IsNoError()
    {
        File.WriteAllText(Cache, "a file");
        Memory("ws", "http").Note(1);
        Assert.Equal(0, Memory("ws", "http").Recall());
    }
}
