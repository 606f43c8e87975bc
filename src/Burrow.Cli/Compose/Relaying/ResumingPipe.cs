using Burrow.Cli.Compose.Jack;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Relaying;
using Burrow.Core.Time;
using Burrow.Endpoints.Inbounds.Stdio;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>
/// Runs <c>burrow pipe --resume</c>: the pipe is a channel of a session, so it survives the path's cuts, and both ends say the same SHA-256 at the end, or fail. The relay ends in one end
/// of a pair of sockets; the session takes the other, like any client's connection.
/// </summary>
static class ResumingPipe
{
    // How long the receiver waits for the sender to have its confirmation. If the path is cut in that very moment and stays away, the sender alone reports a failure.
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(PipeOptions options, RunContext context, ILogger logger)
    {
        var time = BootTimeProvider.Instance;
        var books = PipeBooks.Open(options);
        var local = books.OwnHost is { } own ? await LocalAddresses.OfAsync(own, options.BindFile!, context.Stop) : await LocalAddresses.OfEnvironmentAsync(context.Stop);
        var (near, far) = LocalPair.Create();
        await using Connection standard = options.Sends ? new StandardInput() : new StandardOutput();
        await using VouchedConnection vouched = options.Sends ? new VouchedSource(far) : new VouchedSink(far);
        await using (near)
        {
            var parts = new RelayOptions { ForwardRate = options.Rate, Prefix = options.Insert is { } insert ? File.OpenRead(insert) : null, Time = time };
            var relay = options.Sends ? new Relay(standard, near, parts) : new Relay(near, standard, parts);
            books.Count(() => relay.Forward);
            EndReason? failure;
            await using (new Counting(books.Ledgers, options.Interval, time, logger))
            {
                failure = await JoinAsync(options, local, vouched, relay, context, logger);
                books.Close();
            }
            if (failure is null)
            {
                Console.Error.WriteLine($"sha256 {Convert.ToHexStringLower(vouched.Sum)}, {relay.Forward} bytes, confirmed by both ends");
                return ExitCode.Done;
            }
            Messages.Error(failure.Cause == EndCause.Credential ? $"{options.Socket}: {Refusals.Explain(failure)}" : $"after {relay.Forward} bytes: {failure}");
            return Refusals.ExitCodeOf(failure);
        }
    }

    /// <returns>Null when everything was confirmed.</returns>
    static async Task<EndReason?> JoinAsync(PipeOptions options, LocalAddresses local, VouchedConnection vouched, Relay relay, RunContext context, ILogger logger)
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var once = new GivenOutbound(_ => new(opened.TrySetResult()
            ? DialResult.Success(vouched)
            : DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Busy, "this pipe has its other end already"))));
        await using var onStop = context.Stop.Register(() => vouched.Abort(EndReason.Stopped));
        if (options.Socket is PipeEnd.Listen listen)
        {
            var listener = await ToolSockets.ListenAsync(new Target("", listen.Port), local, TimeProvider.System, logger, context.Stop);
            await using var jenny = ResumingJenny.Start(listener, options.SecretFile!, once, GivenOutbound.OnlyAnything, logger);
            await Task.WhenAny(opened.Task, vouched.Outcome);
            var failure = await RelayAsync(options, vouched, relay, context);
            if (!options.Sends && failure is null) await PartAsync(() => jenny.IsEmpty);
            return failure;
        }
        await using var jack = ResumingJack.Start(((PipeEnd.Dial)options.Socket).Target, options.SecretFile!, local, new GivenOutbound(_ => new(DialResult.Failed(EndReason.Stopped))), Authority.None, Instance.Unkept(), logger, context.Stop);
        var meeting = jack.SessionAsync().AsTask();
        await Task.WhenAny(meeting, jack.Refused, vouched.Outcome);
        if (!meeting.IsCompleted || await meeting is not { } session)
        {
            // There will be none: it is told a moment later why.
            await Task.WhenAny(jack.Refused, vouched.Outcome, Task.Delay(Moment));
            return jack.Refused.IsCompleted && await jack.Refused is { } refused ? refused : vouched.End ?? EndReason.Stopped;
        }
        session.Open(new OpenRequest(GivenOutbound.Anything, 0, null), vouched, new Traffic(BootTimeProvider.Instance));
        var outcome = await RelayAsync(options, vouched, relay, context);
        if (!options.Sends && outcome is null) await PartAsync(() => session.Ended is not null);
        return outcome;
    }

    /// <summary>Carries everything over the channel. It is open, unless the outcome is known already: what is timed is timed from here.</summary>
    static async Task<EndReason?> RelayAsync(PipeOptions options, VouchedConnection vouched, Relay relay, RunContext context)
    {
        if (options.Wait > TimeSpan.Zero) await Task.WhenAny(vouched.Outcome, Task.Delay(options.Wait));
        if (vouched.Outcome.IsCompleted) return await vouched.Outcome;
        await using var screen = PipeScreen.Show(options, context.Terminal, () => relay.Forward, BootTimeProvider.Instance);
        var running = relay.RunAsync();
        await Task.WhenAny(vouched.Outcome, running);
        // Our own side's failure tells more than what it caused on the other.
        if (running.IsCompleted && await running is { Failed: not null } result) vouched.Abort(result.Reason);
        return await vouched.Outcome;
    }

    static async Task PartAsync(Func<bool> isOver)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isOver() && TimeProvider.System.GetElapsedTime(began) < Farewell) await Task.Delay(Look);
    }
}
