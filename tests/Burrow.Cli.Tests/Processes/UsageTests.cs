using System.Text.Json;
using Xunit;

namespace Burrow.Cli.Tests.Processes;

public sealed class UsageTests
{
    [Theory]
    [InlineData("unknown command \"jakc\"; did you mean \"jack\"?", "jakc")]
    [InlineData("unknown option \"--secre-file\"; did you mean \"--secret-file\"?", "jack", "--secre-file", "x")]
    [InlineData("should be [BIND:]PORT", "jack", "-D", "a:b:1080")]
    [InlineData("a proxy's URL starts with http://", "jack", "--proxy", "https://p:3128")]
    [InlineData("a header is written 'Name: value'", "jack", "--header", "X")]
    [InlineData("unexpected \"x\"", "jenny", "x")]
    [InlineData("Required argument missing", "check")]
    [InlineData("Required argument missing", "jack", "-L")]
    [InlineData("Required command", "key")]
    [InlineData("Must be one of: 'jack' 'jenny'", "key", "pin", "x", "--role", "joe")]
    [InlineData("it is not said where Jenny is", "jack", "-L", "1:h:2")]
    [InlineData("there is nothing to do", "jack", "tcp://h:1")]
    [InlineData("no credential for Jenny: make one with 'burrow key new", "jack", "tcp://h:1", "-L", "1:h:2")]
    [InlineData("Jenny has no credential and would let nobody in: make one with 'burrow key new", "jenny")]
    [InlineData("which has no \"@\"", "jack", "@file", "-L", "1:h:2")]
    [InlineData("burrow.conf: can't be read: there is no such file", "jack", "-c", "/nonexistent/burrow.conf")]
    public async Task WrongUsage_SaysWhatIsWrongAndExitsWith2(string message, params string[] arguments)
    {
        var result = await BurrowProcess.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.All(result.Error.Split('\n').Where(line => line.StartsWith("burrow", StringComparison.Ordinal)), line => Assert.StartsWith("burrow: error: ", line, StringComparison.Ordinal));
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task EveryProblemOfACommandLine_IsReportedAtOnce()
    {
        var result = await BurrowProcess.RunAsync("jack", "tcp://h:0", "--mode", "foo", "-L", "1:2", "-R", "9:h:x", "--map", "encrypted a:1 -> b:2", "--keepalive", "3y");
        Assert.Equal(2, result.ExitCode);
        foreach (var place in (string[])["URL: ", "--mode: ", "-L: ", "-R: ", "--map: ", "--keepalive: "])
            Assert.Contains("burrow: error: " + place, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoCommand_ShowsHelpOnStandardErrorAndExitsWith2()
    {
        var result = await BurrowProcess.RunAsync();
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("Examples:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("jack", "--help")]
    [InlineData("jenny", "-h")]
    [InlineData("key", "--help")]
    [InlineData("key", "new", "--help")]
    [InlineData("key", "pin", "--help")]
    [InlineData("key", "show", "--help")]
    [InlineData("check", "--help")]
    [InlineData("status", "--help")]
    [InlineData("demo", "--help")]
    [InlineData("version", "--help")]
    public async Task Help_ShowsExamplesBeforeUsageAndOptions(params string[] arguments)
    {
        var result = await BurrowProcess.RunAsync(arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.StartsWith("Examples:\n  # ", result.Output, StringComparison.Ordinal);
        Assert.True(result.Output.IndexOf("Usage:", StringComparison.Ordinal) < result.Output.IndexOf("Options:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task Version_IsOneLine(string argument)
    {
        var result = await BurrowProcess.RunAsync(argument);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^burrow \d+\.\d+\.\d+\n$", result.Output);
    }

    [Fact]
    public async Task Status_WithNothingRunning_IsAnEmptyArrayAndNoError()
    {
        using var directory = new TemporaryDirectory();
        // Root has one place for all; under any other user this directory is used.
        var result = await BurrowProcess.RunProgramAsync(
            Path.Combine(AppContext.BaseDirectory, "burrow"), null, new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = directory.Path }, "status", "--json");
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(result.Output).RootElement.ValueKind);
    }
}
