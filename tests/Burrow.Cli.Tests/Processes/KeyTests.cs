using Xunit;

namespace Burrow.Cli.Tests.Processes;

public sealed class KeyTests
{
    [Fact]
    public async Task New_PrintsASecretThatAFileOf0600Takes()
    {
        using var directory = new TemporaryDirectory();
        var made = await BurrowProcess.RunAsync("key", "new");
        Assert.Equal(0, made.ExitCode);
        Assert.StartsWith("burrow1-", made.Output, StringComparison.Ordinal);
        var path = directory.File("secret");
        await File.WriteAllTextAsync(path, made.Output);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, (await BurrowProcess.RunAsync("key", "show", path)).ExitCode);
    }

    [Fact]
    public async Task NewIntoAFile_IsForItsOwnerAloneAndNeverOverwrites()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("secret");
        Assert.Equal(0, (await BurrowProcess.RunAsync("key", "new", "-o", path)).ExitCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var before = await File.ReadAllTextAsync(path);
        var again = await BurrowProcess.RunAsync("key", "new", "-o", path);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Show_NeverShowsTheSecretUnlessAsked()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("secret");
        await BurrowProcess.RunAsync("key", "new", "-o", path);
        var secret = (await File.ReadAllTextAsync(path)).Trim();
        var shown = await BurrowProcess.RunAsync("key", "show", path);
        Assert.DoesNotContain(secret["burrow1-".Length..], shown.Output, StringComparison.Ordinal);
        Assert.Equal(2, shown.Output.Split("sha256:").Length - 1);
        Assert.Contains(secret, (await BurrowProcess.RunAsync("key", "show", "--secret", path)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identity_HasThePinThatWasPrintedWhenItWasMade()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("jack.key");
        var made = await BurrowProcess.RunAsync("key", "new", "--identity", "-o", path);
        Assert.Equal(0, made.ExitCode);
        Assert.StartsWith("sha256:", made.Output, StringComparison.Ordinal);
        Assert.Equal(made.Output, (await BurrowProcess.RunAsync("key", "pin", path)).Output);
    }

    [Fact]
    public async Task FileThatOthersCanRead_IsRefusedWithTheCommandThatMendsIt()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("secret");
        await BurrowProcess.RunAsync("key", "new", "-o", path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var result = await BurrowProcess.RunAsync("key", "pin", path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("chmod 600", result.Error, StringComparison.Ordinal);
    }
}
