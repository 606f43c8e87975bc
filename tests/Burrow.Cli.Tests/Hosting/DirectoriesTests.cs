using Burrow.Cli.Hosting;
using Xunit;

namespace Burrow.Cli.Tests.Hosting;

public sealed class DirectoriesTests
{
    [Fact]
    public void VariablesOfTheUser_AreFollowed()
    {
        var directories = Make(false, ("XDG_CONFIG_HOME", "/c"), ("XDG_RUNTIME_DIR", "/r"), ("XDG_STATE_HOME", "/s"), ("XDG_CACHE_HOME", "/k"));
        Assert.Equal(("/c/burrow", "/r/burrow", "/s/burrow", "/k/burrow"), (directories.Config, directories.Runtime, directories.State, directories.Cache));
    }

    [Fact]
    public void WithoutVariables_TheHomeAndTheTemporaryDirectoryServe()
    {
        var directories = Make(false, ("HOME", "/home/ann"));
        Assert.Equal(
            ("/home/ann/.config/burrow", "/tmp/burrow-ann", "/home/ann/.local/state/burrow", "/home/ann/.cache/burrow"),
            (directories.Config, directories.Runtime, directories.State, directories.Cache));
    }

    [Fact]
    public void RelativeVariables_AreIgnoredAsTheSpecificationTells() =>
        Assert.Equal("/home/ann/.config/burrow", Make(false, ("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "c")).Config);

    [Fact]
    public void Root_UsesTheSystemsDirectories()
    {
        var directories = Make(true, ("HOME", "/root"), ("XDG_RUNTIME_DIR", "/r"), ("XDG_STATE_HOME", "/s"));
        Assert.Equal(("/run/burrow", "/var/lib/burrow", "/var/cache/burrow"), (directories.Runtime, directories.State, directories.Cache));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OneDirectoryForAll_ComesBeforeEverythingElse(bool isRoot)
    {
        var directories = Make(isRoot, ("BURROW_DIRECTORY", "/d"), ("XDG_RUNTIME_DIR", "/r"), ("XDG_STATE_HOME", "/s"), ("HOME", "/home/ann"));
        Assert.Equal(("/d/config", "/d/run", "/d/state", "/d/cache"), (directories.Config, directories.Runtime, directories.State, directories.Cache));
    }

    [Fact]
    public void Require_MakesADirectoryForItsOwnerAlone()
    {
        using var temporary = new TemporaryDirectory();
        var path = Directories.Require(temporary.File("a/b"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Require_ClosesADirectoryThatWasOpen()
    {
        using var temporary = new TemporaryDirectory();
        var path = temporary.File("open");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        Directories.Require(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Require_RefusesALink()
    {
        using var temporary = new TemporaryDirectory();
        Directory.CreateDirectory(temporary.File("real"));
        Directory.CreateSymbolicLink(temporary.File("link"), temporary.File("real"));
        Assert.Throws<IOException>(() => Directories.Require(temporary.File("link")));
    }

    [Theory]
    [InlineData("/usr/bin/tcppipe\0-h\0", "tcppipe")]
    [InlineData("./burrow\0", "burrow")]
    [InlineData("tcp-pf", "tcp-pf")]
    [InlineData("dotnet\0burrow.dll\0", "burrow")]
    [InlineData("", "burrow")]
    public void StartedAs_IsTheLastPartOfTheFirstString(string commandLine, string name) =>
        Assert.Equal(name, StartedAs.From(System.Text.Encoding.UTF8.GetBytes(commandLine)));

    static Directories Make(bool isRoot, params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value, isRoot, "ann", "/tmp");
}
