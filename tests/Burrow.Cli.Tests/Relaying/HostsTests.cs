using System.Globalization;
using Burrow.Cli.Tests.Processes;
using Burrow.Endpoints.HostFiles;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>Host files from the command line, and changed by many processes at once.</summary>
public sealed class HostsTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    string FileOf(string content)
    {
        File.WriteAllText(_directory.File("hosts"), content);
        return _directory.File("hosts");
    }

    [Fact]
    public async Task R_SHD_31_ValuesAloneAreOnStandardOutput()
    {
        var hosts = FileOf("# file starts\n10.0.0.1 1024\n10.0.0.2 512\n");
        await ExpectAsync("10.0.0.2\n", "least", hosts);
        await ExpectAsync("10.0.0.1 1024\n10.0.0.2 512\n", "show", hosts);
        await ExpectAsync("1024\n", "show", hosts, "10.0.0.1");
        await ExpectAsync("1512\n", "add", hosts, "10.0.0.2", "1000");
        await ExpectAsync("0\n", "set", hosts, "10.0.0.1", "0");
        await ExpectAsync("7\n", "set", hosts, "db.example", "7");
        Assert.Equal("# file starts\n10.0.0.1 0\n10.0.0.2 1512\ndb.example 7\n", await File.ReadAllTextAsync(hosts));
    }

    static async Task ExpectAsync(string output, params string[] arguments)
    {
        var result = await BurrowProcess.RunAsync(["hosts", .. arguments]);
        Assert.Equal((0, output, ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData(1, "lists no host", "least")]
    [InlineData(1, "does not list 10.0.0.9", "show", "10.0.0.9")]
    [InlineData(1, "does not list 10.0.0.9", "add", "10.0.0.9", "1")]
    [InlineData(2, "\"-1\"", "set", "a", "-1")]
    [InlineData(2, "\"18446744073709551616\" is no number of bytes", "set", "a", "18446744073709551616")]
    [InlineData(2, "\"a/b\" is neither an address nor a host name", "set", "a/b", "1")]
    public async Task BadInput_SaysWhatAndWhere(int code, string message, params string[] arguments)
    {
        var hosts = FileOf("# nothing\n");
        var result = await BurrowProcess.RunAsync(["hosts", arguments[0], hosts, .. arguments[1..]]);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public Task R_SHD_32_ThousandUpdatesAtOnce_FromSeveralProcessesAndThreads_LoseNothing() => UpdateAsync(threads: 920, processes: 80);

    [Fact, Trait("Category", "Soak")]
    public Task R_SHD_32_ThousandUpdatesAtOnce_EachFromAProcess_LoseNothing() => UpdateAsync(threads: 0, processes: 1000);

    async Task UpdateAsync(int threads, int processes)
    {
        var hosts = FileOf("a 0\n# kept\nb 0\n");
        var inside = Task.Run(() => Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => new HostFileStore(hosts).Update(file => file.Count(i % 2 == 0 ? "a" : "b", 3))));
        await Parallel.ForAsync(0, processes, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => Assert.Equal(0, (await BurrowProcess.RunAsync("hosts", "add", hosts, "a", "1000")).ExitCode));
        await inside;
        Assert.Equal($"a {(threads / 2 * 3) + (processes * 1000)}\n# kept\nb {threads / 2 * 3}\n", await File.ReadAllTextAsync(hosts));
    }

    [Fact]
    public async Task R_SHD_32_KillInTheMiddleOfUpdates_LeavesTheOldOrTheNewFile_AndNoLock()
    {
        var padding = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"host{i} {i}\n"));
        var hosts = FileOf(padding + "a 0\n");
        var random = new Random(1);
        var done = 0UL;
        for (var i = 0; i < 30; i++)
        {
            await using var adding = ToolProcess.Start("hosts", "add", hosts, "a", "1");
            await Task.WhenAny(adding.EndAsync(), Task.Delay(random.Next(400)));
            adding.KillHard();
            var count = HostFile.Parse("hosts", await File.ReadAllBytesAsync(hosts)).BytesOf("a")!.Value;
            Assert.InRange(count, done, done + 1);
            Assert.Equal(padding + string.Create(CultureInfo.InvariantCulture, $"a {count}\n"), await File.ReadAllTextAsync(hosts));
            done = count;
        }
        await ExpectAsync($"{done + 5}\n", "add", hosts, "a", "5");
    }

    /// <summary>The lock is the kernel's: whoever holds it when it is killed holds it no more, and what it left half written is in nobody's way.</summary>
    [Fact]
    public async Task R_SHD_32_LockOfAKilledProcess_IsFree()
    {
        var hosts = FileOf("a 1\n");
        await File.WriteAllTextAsync(hosts + ".new", "half a fi");
        await using var holder = ToolProcess.StartShell($"exec 9>'{hosts}.lock'; flock 9; echo held >&2; exec sleep 1000");
        await holder.LineAsync("held");
        await using var adding = ToolProcess.Start("hosts", "add", hosts, "a", "1");
        var ended = adding.EndAsync();
        Assert.NotSame(ended, await Task.WhenAny(ended, Task.Delay(700))); // it waits for the lock
        Assert.Equal("a 1\n", await File.ReadAllTextAsync(hosts));
        holder.KillHard();
        Assert.Equal(0, (await ended).ExitCode);
        Assert.Equal("a 2\n", await File.ReadAllTextAsync(hosts));
    }
}
