using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Compose.Relaying;

/// <summary><c>-p</c> of a pipe.</summary>
static class PipeScreen
{
    /// <returns>Null when it was not asked for.</returns>
    public static LiveLine? Show(PipeOptions options, TerminalInfo terminal, Func<long> moved, TimeProvider time)
    {
        if (!options.Print) return null;
        var throughput = new Throughput(time);
        return new LiveLine(terminal.ErrorIsTerminal, _ => throughput.OneWay(moved()), time);
    }
}
