using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Relaying;
using Burrow.Endpoints.Inbounds.Stdio;
using Burrow.Endpoints.Outbounds.Balanced;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs <c>burrow pipe</c>: one connection, one direction, and an exit code that tells whether everything arrived.</summary>
/// <remarks>
/// The receiver's end of stream, which comes back when all is written there, is the confirmation. A receiver that never ends its side is waited for until its system has confirmed every byte, and
/// then a while.
/// </remarks>
sealed class PipeRunner(PipeOptions options, RunContext context, ILogger logger)
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    readonly TimeProvider _time = TimeProvider.System;

    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(PipeOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("pipe");
        return await ToolRun.RunAsync(
            () =>
            {
                // Before anybody is met whom it would keep waiting.
                if (!StandardDescriptor.IsOpen(options.Sends ? 0 : 1)) throw new RelayProblemException($"standard {(options.Sends ? "input" : "output")} is closed, and \"-\" means it", ExitCode.Usage);
                return options.SecretFile is null ? new PipeRunner(options, context, logger).RunAsync() : ResumingPipe.RunAsync(options, context, logger);
            },
            "stopped before the pipe was joined: nothing was carried", context.Stop);
    }

    async Task<int> RunAsync()
    {
        var books = PipeBooks.Open(options);
        var local = books.OwnHost is { } own
            ? await LocalAddresses.OfAsync(own, options.BindFile!, context.Stop)
            : await LocalAddresses.OfEnvironmentAsync(context.Stop);
        await using var socket = await ConnectAsync(local, books);
        await using Connection standard = options.Sends ? new StandardInput() : new StandardOutput();
        await using var onStop = context.Stop.Register(() =>
        {
            socket.Abort(EndReason.Stopped);
            standard.Abort(EndReason.Stopped);
        });
        if (options.Wait > TimeSpan.Zero && options.Socket is PipeEnd.Listen) await Task.Delay(options.Wait, _time, context.Stop);

        var parts = new RelayOptions { ForwardRate = options.Rate, Prefix = options.Insert is { } insert ? File.OpenRead(insert) : null, Time = _time };
        var relay = options.Sends ? new Relay(standard, socket, parts) : new Relay(socket, standard, parts);
        books.Count(() => relay.Forward);
        RelayResult result;
        await using (new Counting(books.Ledgers, options.Interval, _time, logger))
        await using (PipeScreen.Show(options, context.Terminal, () => relay.Forward, _time))
        {
            var running = relay.RunAsync();
            if (options.Sends) await WaitForConfirmationAsync(relay, running, socket);
            result = await running;
            books.Close();
        }
        if (result.Failed is null) return ExitCode.Done;
        Messages.Error($"after {result.Forward} bytes: {(result.Failed == RelayEnd.First == options.Sends ? options.Sends ? "standard input" : "standard output" : socket.RemoteEndPoint)}: {result.Reason}");
        return ExitCode.Failed;
    }

    async Task<Connection> ConnectAsync(LocalAddresses local, PipeBooks books)
    {
        if (options.Socket is PipeEnd.Listen listen)
        {
            var client = await ToolSockets.AcceptOneAsync(await ToolSockets.ListenAsync(new Target("", listen.Port), local, _time, logger, context.Stop), context.Stop);
            RelayLog.Connected(logger, client.RemoteEndPoint);
            return client;
        }
        if (options.Wait > TimeSpan.Zero) await Task.Delay(options.Wait, _time, context.Stop);
        var dialer = ToolSockets.Dialer(local, _time);
        DialResult result;
        if (options.Socket is PipeEnd.DialLeast least)
        {
            (books.FarHost, result) = await new BalancedOutbound(books.Far!, dialer, (host, reason) => RelayLog.PassedOver(logger, host, reason)).DialAsync(least.Port, ToolSockets.DialTimeout, context.Stop);
        }
        else
        {
            result = await dialer.DialAsync(((PipeEnd.Dial)options.Socket).Target, ToolSockets.DialTimeout, null, context.Stop);
        }
        context.Stop.ThrowIfCancellationRequested();
        if (!result.Succeeded) throw new RelayProblemException($"{options.Socket}: {result.Failure}", ExitCode.Failed);
        RelayLog.Connected(logger, result.Connection.RemoteEndPoint);
        return result.Connection;
    }

    async Task WaitForConfirmationAsync(Relay relay, Task running, Connection socket)
    {
        await Task.WhenAny(relay.ForwardOver, running);
        var confirmedAt = -1L;
        while (!running.IsCompleted)
        {
            if (socket.UnsentBytes > 0) confirmedAt = -1;
            else if (confirmedAt < 0) confirmedAt = _time.GetTimestamp();
            else if (_time.GetElapsedTime(confirmedAt) > Grace) socket.StopReading();
            await Task.WhenAny(running, Task.Delay(Look, _time));
        }
    }
}
