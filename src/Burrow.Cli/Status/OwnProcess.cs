using Burrow.Cli.Commands;
using Burrow.Core.Time;

namespace Burrow.Cli.Status;

/// <summary>This process, as its status documents tell of it.</summary>
sealed class OwnProcess(string role, string name, string? configFile)
{
    readonly Moment _started = new(BootTimeProvider.Instance);

    public ProcessStatus Status() => new(Environment.ProcessId, role, name, VersionCommand.Version, _started.Date, configFile);
}
