using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A lab of its own for each test, a secret, and Jack on the client and Jenny on the server when the test starts them.</summary>
public abstract class TunnelTest : IAsyncLifetime
{
    /// <summary>Ports by what they are for: a map's listener on Jack's side, the service that it leads to on Jenny's, and the same the other way.</summary>
    internal const int JackPort = 9000;
    internal const int ServicePort = 7070;
    internal const int JennyPort = 9100;
    internal const int JackServicePort = 7100;

    internal const string Forward = "9000:127.0.0.1:7070";
    internal const string Reverse = "9100:127.0.0.1:7100";
    internal const string JennyUrl = $"tcp://{NetworkLab.ServerAddress}:7000";

    internal NetworkLab Lab { get; private set; } = null!;

    internal LabProcess Jack { get; private protected set; } = null!;

    internal LabProcess Jenny { get; private protected set; } = null!;

    /// <summary>The file with the secret of both.</summary>
    internal string Secret { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Lab = await NetworkLab.CreateAsync();
        Secret = await NewSecretAsync("secret");
    }

    public async ValueTask DisposeAsync()
    {
        await Lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<string> NewSecretAsync(string name)
    {
        var key = Lab.Client.StartBurrow("keys", "key", "new");
        Assert.Equal(0, await key.WaitForExitAsync());
        var file = Path.Combine(Lab.Folder, name);
        await File.WriteAllTextAsync(file, key.Lines.Single(line => line.StartsWith("burrow1-", StringComparison.Ordinal)) + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    internal LabProcess StartJenny(params string[] options) => Jenny = Lab.Server.StartBurrow("jenny", ["jenny", "--secret-file", Secret, .. options]);

    internal LabProcess StartJack(params string[] options) => Jack = Lab.Client.StartBurrow("jack", ["jack", JennyUrl, "--secret-file", Secret, .. options]);

    /// <summary>Jack, with another way to Jenny than the straight one.</summary>
    internal LabProcess StartJackBy(string url, params string[] options) => Jack = Lab.Client.StartBurrow("jack", ["jack", url, "--secret-file", Secret, .. options]);

    /// <summary>Jack, with nothing but a configuration file.</summary>
    internal LabProcess StartJackFrom(string file) => Jack = Lab.Client.StartBurrow("jack", "jack", "-c", file);

    /// <summary>Both, with <see cref="Forward"/> and <see cref="Reverse"/>.</summary>
    internal void StartBoth(string mode = "encrypted")
    {
        StartJenny();
        StartJack("--mode", mode, "-L", Forward, "-R", Reverse);
    }

    /// <summary>A client at Jack's end of <see cref="Forward"/>.</summary>
    internal Task<Socket> DialJackAsync() => Lab.Client.ConnectWhenListeningAsync(JackPort);

    /// <summary>A client at Jenny's end of <see cref="Reverse"/>.</summary>
    internal Task<Socket> DialJennyAsync() => Lab.Server.ConnectWhenListeningAsync(JennyPort);
}

/// <summary>Tests that load both cores or measure memory: they run after the others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
