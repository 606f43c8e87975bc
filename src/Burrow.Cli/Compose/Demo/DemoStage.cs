using Burrow.Carriers.Identity;
using Burrow.Core;
using Burrow.Core.Sockets;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Demo;

/// <summary>Everything that takes part: the service, Jenny, the path, Jack, and a private directory for what they write.</summary>
sealed class DemoStage : IAsyncDisposable
{
    // On a machine that is busy with something else a process takes its time to start.
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("burrow-demo-"); // mode 0700
    readonly ReservedPort _jennyPort = new();
    readonly ReservedPort _jackPort = new();
    readonly List<ChildProgram> _children = [];
    FileService? _service;
    CuttablePath? _path;

    public FileService Service => _service!;

    public CuttablePath Path => _path!;

    public IReadOnlyList<ChildProgram> Children => _children;

    /// <summary>Starts everything.</summary>
    /// <exception cref="IOException">A port, a file or a process was not to be had.</exception>
    public static async Task<DemoStage> SetUpAsync(DemoPlan plan, ILogger logger)
    {
        var stage = new DemoStage();
        try
        {
            await stage.StartAsync(plan, logger);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    async Task StartAsync(DemoPlan plan, ILogger logger)
    {
        var secret = File("secret");
        if (PrivateFile.Create(secret, Secret.Create().Reveal() + "\n") is { } problem) throw new IOException(problem);
        _service = await FileService.OpenAsync(plan.Size);
        var jenny = new Target("127.0.0.1", _jennyPort.Number);
        _path = await CuttablePath.OpenAsync(jenny, plan.BytesPerSecond);
        var service = $"127.0.0.1:{_service.Port}";
        _children.Add(ChildProgram.Start(File("jenny"), logger, "jenny", "--listen", $"tcp://{jenny}", "--secret-file", secret, "--permit-dial", service));
        _children.Add(ChildProgram.Start(
            File("jack"), logger, "jack", $"tcp://{_path.Front}", "--secret-file", secret, "--map", $"encrypted 127.0.0.1:{_jackPort.Number} => {service}"));
    }

    /// <summary>Connects to Jack's end of the map as soon as he listens there.</summary>
    /// <exception cref="IOException">He did not in a minute.</exception>
    public async Task<Connection> ConnectAsync(CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var dialled = await TcpDialer.Default.DialAsync(new Target("127.0.0.1", _jackPort.Number), StartTimeout, permit: null, stop);
            if (dialled.Succeeded) return dialled.Connection;
            if (TimeProvider.System.GetElapsedTime(began) > StartTimeout) throw new IOException($"Jack does not listen: {dialled.Failure}");
            await Task.Delay(Retry, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Jack first: his last word still finds a path.
        for (var i = _children.Count - 1; i >= 0; i--) await _children[i].DisposeAsync();
        if (_path is not null) await _path.DisposeAsync();
        if (_service is not null) await _service.DisposeAsync();
        _jackPort.Dispose();
        _jennyPort.Dispose();
        _directory.Delete(recursive: true);
    }

    string File(string name) => System.IO.Path.Combine(_directory.FullName, name);
}
