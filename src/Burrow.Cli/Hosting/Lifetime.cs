using System.Runtime.InteropServices;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Hosting;

/// <summary>Runs a service until it ends or a signal asks it to.</summary>
/// <remarks>SIGPIPE needs nothing: the runtime ignores it, and a write to a closed pipe is an error of that write.</remarks>
internal static class Lifetime
{
    /// <summary>Runs the service.</summary>
    /// <param name="level">The least level that is logged.</param>
    /// <param name="format">How log lines look.</param>
    /// <param name="service">Runs until its context says stop; returns an exit code.</param>
    /// <returns>The service's exit code; 130 when it stopped in order because of SIGINT.</returns>
    public static async Task<int> RunAsync(LogLevel level, LogFormat format, Func<RunContext, Task<int>> service)
    {
        var look = new LineFormat(format, stacks: level == LogLevel.Trace);
        await using var lines = new LineWriter(StandardError.Open(), look.LeftOut);
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(new LineLoggerProvider(lines, look, level)));
        using var stop = new CancellationTokenSource();
        var context = new RunContext(loggers, TerminalInfo.Detect(), stop.Token);
        var interrupted = false;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            var first = !stop.IsCancellationRequested;
            if (signal.Signal == PosixSignal.SIGINT) interrupted = true;
            if (!first) Environment.Exit(signal.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Failed);
            stop.Cancel();
        }

        using var parent = ParentWatch.Start(stop.Cancel);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            context.OnHangup?.Invoke();
        });
        try
        {
            var code = await service(context);
            // A job that was broken off by Ctrl-C says so, not that it failed.
            return code is ExitCode.Done or ExitCode.Failed && interrupted ? ExitCode.Interrupted : code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return interrupted ? ExitCode.Interrupted : ExitCode.Done;
        }
    }
}
