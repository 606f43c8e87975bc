using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Hosting;

/// <summary>What a command that keeps running gets from its process.</summary>
internal sealed class RunContext(ILoggerFactory loggers, TerminalInfo terminal, CancellationToken stop)
{
    public ILoggerFactory Loggers { get; } = loggers;

    public TerminalInfo Terminal { get; } = terminal;

    /// <summary>Cancelled once, by the first SIGINT or SIGTERM: stop in order. A second signal ends the process at once.</summary>
    public CancellationToken Stop { get; } = stop;

    /// <summary>Called on SIGHUP: read the configuration again. On a thread of its own, one call at a time; must return soon.</summary>
    public Action? OnHangup { get; set; }
}
