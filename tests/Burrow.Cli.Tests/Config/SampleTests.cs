using Burrow.Cli.Commands;
using Burrow.Cli.Config;
using Xunit;

namespace Burrow.Cli.Tests.Config;

/// <summary>Beside each sample stands, as <c>.expected</c>, what <c>burrow check</c> says of it.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Valid => Names("valid");

    public static TheoryData<string> Invalid => Names("invalid");

    [Theory, Trait("Promise", "R-BURROW-18"), Trait("Promise", "R-BURROW-20")]
    [MemberData(nameof(Valid))]
    public void ValidSample_DoesWhatIsExpected(string name)
    {
        var (settings, problems) = Load("valid", name);
        Assert.Empty(problems);
        Assert.Equal(Expected("valid", name), CheckCommand.Sentences(settings));
    }

    [Theory, Trait("Promise", "R-BURROW-19"), Trait("Promise", "R-BURROW-22")]
    [MemberData(nameof(Invalid))]
    public void InvalidSample_HasExactlyTheExpectedErrors(string name)
    {
        var (_, problems) = Load("invalid", name);
        Assert.NotEmpty(problems);
        // The line and the mark below each message follow from its place.
        Assert.Equal(Expected("invalid", name), problems.Select(problem => problem.Split('\n')[0]));
    }

    static (Settings, List<string>) Load(string folder, string name)
    {
        var directory = Path.Combine(Repository.Samples, folder) + "/";
        var (settings, problems) = OptionsLoader.Load(new Arguments { ConfigFile = directory + name });
        return (settings, [.. problems.Items.Select(problem => problem.ToString().Replace(directory, "", StringComparison.Ordinal))]);
    }

    static string[] Expected(string folder, string name) => File.ReadAllLines(Path.ChangeExtension(Path.Combine(Repository.Samples, folder, name), ".expected"));

    static TheoryData<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Samples, folder), "*.conf").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
