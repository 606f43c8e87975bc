using Burrow.Cli.Status;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>A relay tool's answer to <c>burrow status</c>: one line, with what it joins.</summary>
sealed class RelayStatus(string tool, Func<MapStatus> map) : IStatusSource
{
    readonly OwnProcess _process = new(tool, Environment.MachineName, null);

    public StatusDocument Snapshot() => new(_process.Status(), [], [map()]);
}

/// <summary>The same of a tool that runs as a session.</summary>
sealed class TunnelToolStatus(string tool, Func<IEnumerable<SessionStatus>> sessions, Func<MapStatus>? map) : IStatusSource
{
    readonly OwnProcess _process = new(tool, Environment.MachineName, null);

    public StatusDocument Snapshot() => new(_process.Status(), [.. sessions()], map is null ? [] : [map()]);
}
