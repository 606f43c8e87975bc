using Burrow.Cli.Config;
using Burrow.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Burrow.Cli.Tests.Config;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_FillWhatIsNotSaid()
    {
        var options = Jack(new Arguments { Settings = Given(("tunnel", "tcp://h:1"), ("secret-file", "s")), LocalForwards = ["8080:web:80"] });
        Assert.Equal(Defaults.KeepAlive, options.KeepAlive);
        Assert.Equal(Defaults.SessionTimeout, options.SessionTimeout);
        Assert.Equal(Defaults.MemoryLimit, options.MemoryLimit);
        Assert.Equal(Defaults.Paths, options.Paths);
        Assert.Equal(LogLevel.Information, options.LogLevel);
        Assert.Null(options.PermitDial);
        Assert.Equal(new Credentials.SharedSecret("s"), options.Credentials);
        var map = Assert.Single(options.Maps);
        Assert.Equal("encrypted localhost:8080 => web:80", map.ToString());
    }

    [Theory]
    [InlineData("8080:web:80", "localhost:8080", "web:80")]
    [InlineData("*:8080:web:80", "*:8080", "web:80")]
    [InlineData(":8080:web:80", "*:8080", "web:80")]
    [InlineData("[::1]:8080:[2001:db8::2]:80", "[::1]:8080", "[2001:db8::2]:80")]
    [InlineData("192.0.2.1:0:10.0.0.1:80", "192.0.2.1:0", "10.0.0.1:80")]
    public void Forward_IsReadAsSshReadsIt(string text, string listener, string dialled)
    {
        var problems = new ProblemList();
        var local = MapReader.Forward("-L", text, Mode.Obfuscated, MapDirection.ToJenny, problems)!;
        var remote = MapReader.Forward("-R", text, Mode.Obfuscated, MapDirection.ToJack, problems)!;
        Assert.False(problems.Any);
        Assert.Equal((listener, dialled, Mode.Obfuscated), (local.Listener.ToString(), local.Dialled.ToString(), local.Mode));
        Assert.Equal((listener, dialled, listener), (remote.Listener.ToString(), remote.Dialled.ToString(), remote.Jenny.ToString()));
    }

    [Theory]
    [InlineData("8080", "should be [BIND:]PORT:HOST:PORT")]
    [InlineData("a:b:c:d:e", "should be [BIND:]PORT:HOST:PORT")]
    [InlineData("1:::2", "the port is missing")]
    [InlineData("1:[::1:2", "should be [BIND:]PORT:HOST:PORT")]
    [InlineData("1:h:65536", "\"65536\" is no port")]
    [InlineData("1:h:+2", "\"+2\" is no port")]
    [InlineData("1:10.1.2.3.4:22", "5 parts")]
    public void Forward_ThatIsWrong_SaysWhy(string text, string message)
    {
        var problems = new ProblemList();
        Assert.Null(MapReader.Forward("-L", text, Mode.Encrypted, MapDirection.ToJenny, problems));
        Assert.Contains(message, string.Join('\n', problems.Items), StringComparison.Ordinal);
    }

    [Fact]
    public void CommandLine_ReplacesSettingsOfTheFileAndAddsMaps()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("burrow.conf");
        File.WriteAllText(file, "config tunnel tcp://file:1 tcp://file:2\nconfig secret-file keys/secret\nconfig keepalive 20s\nconfig log-level error\nmap plaintext a:1 => b:2\n");
        var options = Jack(new Arguments
        {
            ConfigFile = file,
            Settings = Given(("tunnel", "tcp://line:3"), ("keepalive", "40s")),
            RemoteForwards = ["9:h:10"],
            Verbosity = 1,
        });
        Assert.Equal(["tcp://line:3"], options.Tunnels);
        Assert.Equal(TimeSpan.FromSeconds(40), options.KeepAlive);
        Assert.Equal(LogLevel.Debug, options.LogLevel);
        Assert.Equal(new Credentials.SharedSecret(directory.File("keys/secret")), options.Credentials);
        Assert.Equal(["plaintext a:1 => b:2", "encrypted h:10 <= localhost:9"], options.Maps.Select(map => map.ToString()));
    }

    [Fact]
    public void Reload_ReadsTheFileAsItIsNow()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("burrow.conf");
        File.WriteAllText(file, "map plaintext a:1 => b:2");
        var options = Jack(new Arguments { ConfigFile = file, Settings = Given(("tunnel", "tcp://h:1"), ("secret-file", "s")) });
        File.WriteAllText(file, "map plaintext a:1 => b:2 {10.0.0.0/8}\nmap plaintext a:3 => b:4");
        Assert.Equal(2, options.Reload().Value!.Maps.Count);
        File.WriteAllText(file, "map nonsense");
        var broken = options.Reload();
        Assert.Null(broken.Value);
        Assert.True(broken.Problems.Any);
    }

    [Theory]
    [InlineData("identity=i", "Jenny's pin is needed")]
    [InlineData("pin=sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "a pin needs an identity")]
    [InlineData("pin=sha256:47", "43 characters of base64url")]
    public void JackWithHalfACredential_IsToldTheOtherHalf(string setting, string message)
    {
        var (name, value) = (setting.Split('=')[0], setting.Split('=')[1]);
        var loaded = OptionsLoader.Jack(new Arguments { Settings = Given(("tunnel", "tcp://h:1"), (name, value)), LocalForwards = ["1:h:2"] });
        Assert.Null(loaded.Value);
        Assert.Contains(message, string.Join('\n', loaded.Problems.Items), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity", "authorized", "--authorized")]
    [InlineData("authorized", "name", "needs an identity")]
    public void JennyWithHalfACredential_IsToldTheOtherHalf(string setting, string other, string message)
    {
        var loaded = OptionsLoader.Jenny(new Arguments { Settings = Given((setting, "x"), (other == "name" ? "name" : "keepalive", other == "name" ? "n" : "15s")) });
        Assert.Null(loaded.Value);
        Assert.Contains(message, string.Join('\n', loaded.Problems.Items), StringComparison.Ordinal);
    }

    [Fact]
    public void Jenny_WaitsOnTheDefaultAddress() =>
        Assert.Equal([Defaults.Listen], OptionsLoader.Jenny(new Arguments { Settings = Given(("secret-file", "s")) }).Value!.Listens);

    [Fact]
    public void CarriersThatAreAuthenticatedThemselves_NeedNoCredential()
    {
        Assert.IsType<Credentials.FromCarrier>(OptionsLoader.Jenny(new Arguments { Settings = Given(("listen", "unix:/run/j.sock")) }).Value!.Credentials);
        Assert.IsType<Credentials.FromCarrier>(Jack(new Arguments { Settings = Given(("tunnel", "unix:/run/j.sock")), LocalForwards = ["1:h:2"] }).Credentials);
    }

    [Fact, Trait("Promise", "R-BURROW-21")]
    public void DocumentationNamesEverySetting()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));
        Assert.All(SettingTable.All, setting => Assert.Contains($"| `{setting.Name}` ", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("15", 15_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("7d", 604_800_000)]
    public void Duration_HasUnits(string text, double milliseconds)
    {
        var problems = new ProblemList();
        Assert.Equal(milliseconds, Quantity.Duration(Cli.Config.Tcl.Word.Argument("-x", text), problems, TimeSpan.Zero, TimeSpan.FromDays(30))?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("65536", 65536)]
    [InlineData("64K", 65536)]
    [InlineData("64KiB", 65536)]
    [InlineData("4MiB", 4 << 20)]
    [InlineData("0.5GiB", 1 << 29)]
    public void Size_HasUnits(string text, long bytes)
    {
        var problems = new ProblemList();
        Assert.Equal(bytes, Quantity.Bytes(Cli.Config.Tcl.Word.Argument("-x", text), problems, 0, long.MaxValue));
    }

    static JackOptions Jack(Arguments arguments)
    {
        var loaded = OptionsLoader.Jack(arguments);
        Assert.Empty(loaded.Problems.Items);
        return loaded.Value!;
    }

    static Dictionary<string, IReadOnlyList<string>> Given(params (string Name, string Value)[] settings) =>
        settings.ToDictionary(setting => setting.Name, setting => (IReadOnlyList<string>)[setting.Value]);
}
