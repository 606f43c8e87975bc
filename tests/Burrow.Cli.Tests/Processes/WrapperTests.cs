using Xunit;

namespace Burrow.Cli.Tests.Processes;

public sealed class WrapperTests
{
    [Fact]
    public async Task Wrapper_WorksThroughALinkFromAnotherDirectory()
    {
        using var directory = new TemporaryDirectory();
        var link = directory.File("tunnel");
        File.CreateSymbolicLink(link, Path.Combine(Repository.Root, "burrow"));
        var result = await BurrowProcess.RunProgramAsync(link, directory.Path, null, "version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^burrow \d+\.\d+\.\d+\n$", result.Output);
    }

    [Fact]
    public async Task Wrapper_HandsOnTheExitCodeAndEveryArgumentAsItIs()
    {
        var result = await BurrowProcess.RunProgramAsync(Path.Combine(Repository.Root, "burrow"), null, null, "jack", "tcp://h:1", "-L", "a b*c");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("| a b*c\n", result.Error, StringComparison.Ordinal);
    }
}
