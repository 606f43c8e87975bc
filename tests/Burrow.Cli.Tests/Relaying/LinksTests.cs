using Burrow.Cli.Tests.Processes;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>The tools under their own names.</summary>
public sealed class LinksTests : IDisposable
{
    static readonly string[] Names = ["tcppipe", "tcppipe-least", "tcp-pf", "listentwo", "connecttwo"];

    static readonly string[] Usages =
    [
        "tcppipe [options] SOURCE DESTINATION",
        "tcppipe-least [options] [HOST BYTES] FILE",
        "tcp-pf [options] -s [ADDRESS:]PORT {-d HOST:PORT | -l FILE -p PORT}",
        "listentwo [options] -s [ADDRESS:]PORT -d [ADDRESS:]PORT",
        "connecttwo [options] -s HOST:PORT -d HOST:PORT",
    ];

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task R_SHD_03_Links_AreMade_AndTheirNamesChooseTheTool()
    {
        var folder = _directory.File("bin");
        for (var again = 0; again < 2; again++) Assert.Equal(0, (await BurrowProcess.RunAsync("links", folder)).ExitCode);
        await CheckAsync(folder);
    }

    [Fact]
    public async Task R_SHD_03_LinksToTheWrapper_ChooseTheToolAsWell()
    {
        var made = await BurrowProcess.RunProgramAsync(Path.Combine(Repository.Root, "burrow"), null, null, "links", _directory.Path);
        Assert.Equal(0, made.ExitCode);
        Assert.All(Names, name => Assert.Equal(Path.Combine(Repository.Root, "burrow"), new FileInfo(_directory.File(name)).LinkTarget));
        await CheckAsync(_directory.Path);
    }

    static async Task CheckAsync(string folder)
    {
        foreach (var (name, usage) in Names.Zip(Usages))
        {
            var help = await BurrowProcess.RunProgramAsync(Path.Combine(folder, name), null, null, "-h");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains($"\nUsage:\n  {usage}\n\n", help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("burrow [", help.Output, StringComparison.Ordinal);
            var wrong = await BurrowProcess.RunProgramAsync(Path.Combine(folder, name), null, null, "--unknown");
            Assert.Equal(2, wrong.ExitCode);
            Assert.Contains($"See '{name} --help'.", wrong.Error, StringComparison.Ordinal);
            var version = await BurrowProcess.RunProgramAsync(Path.Combine(folder, name), null, null, "--version");
            Assert.Matches(@"^burrow \d+\.\d+\.\d+\n$", version.Output);
        }
    }

    [Fact]
    public async Task LinkFoundByPath_ChoosesTheTool()
    {
        await BurrowProcess.RunAsync("links", _directory.Path);
        await File.WriteAllTextAsync(_directory.File("hosts"), "b 2\na 1\n");
        var result = await BurrowProcess.RunProgramAsync("sh", _directory.Path, new Dictionary<string, string> { ["PATH"] = $"{_directory.Path}:{Environment.GetEnvironmentVariable("PATH")}" }, "-c", "tcppipe-least hosts");
        Assert.Equal((0, "a\n"), (result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("burrow")]
    [InlineData("tcppipe-least")]
    public async Task FileNamedAsTheProgram_IsAFile(string name)
    {
        await BurrowProcess.RunAsync("links", _directory.File("bin"));
        await File.WriteAllTextAsync(_directory.File(name), "a 1\n");
        var result = await BurrowProcess.RunProgramAsync(Path.Combine(_directory.File("bin"), "tcppipe-least"), null, null, _directory.File(name));
        Assert.Equal((0, "a\n"), (result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("a 1\nb 2\n", "-l", "FILE")]
    [InlineData("6\n", "-a", "a", "5", "FILE")]
    [InlineData("9\n", "-s", "c", "9", "FILE")]
    public async Task R_SHD_31_LeastUnderItsOwnName_HasOptions(string output, params string[] arguments)
    {
        await BurrowProcess.RunAsync("links", _directory.Path);
        var hosts = _directory.File("hosts");
        await File.WriteAllTextAsync(hosts, "a 1\nb 2\n");
        var result = await BurrowProcess.RunProgramAsync(_directory.File("tcppipe-least"), null, null, [.. arguments.Select(word => word == "FILE" ? hosts : word)]);
        Assert.Equal((0, output), (result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("/nonexistent/burrow", "is a link to /nonexistent/burrow, which is not there (any more), and not to ")]
    [InlineData("/bin/sh", "is a link to /bin/sh and not to ")]
    public async Task LinkToSomethingElse_IsToBeRemovedFirst(string target, string message)
    {
        File.CreateSymbolicLink(_directory.File("tcp-pf"), target);
        var result = await BurrowProcess.RunAsync("links", _directory.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains("remove it first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileOfThatName_IsNotOverwritten_AndNothingIsMade()
    {
        await File.WriteAllTextAsync(_directory.File("tcp-pf"), "mine");
        var result = await BurrowProcess.RunAsync("links", _directory.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("exists already", result.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory.File("tcp-pf")));
        Assert.False(File.Exists(_directory.File("tcppipe")));
    }
}
