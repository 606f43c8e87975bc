using Burrow.Cli.Compose.Jack;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Time;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs listentwo and connecttwo as the two ends of a session: each client is a channel of it.</summary>
static class ResumingPair
{
    public static async Task<int> ListenAsync(ListenTwoOptions options, RunContext context, ILogger logger)
    {
        var time = BootTimeProvider.Instance;
        var local = await LocalAddresses.OfEnvironmentAsync(context.Stop);
        await using var clients = await ToolSockets.ListenAsync(options.Clients, local, time, logger, context.Stop);
        var helpers = await ToolSockets.ListenAsync(options.Helpers, local, time, logger, context.Stop, ("-s", clients));
        var nobody = new GivenOutbound(_ => new(DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Denied))));
        await using var jenny = ResumingJenny.Start(helpers, options.SecretFile!, nobody, Authority.None, logger);
        var traffic = new Traffic(time);
        await using var status = StatusServer.Start("listentwo", new TunnelToolStatus("listentwo", jenny.Status, () => traffic.Status($"{options.Clients} <=> {options.Helpers}", MapState.Listening, null)), logger);
        var chores = new Chores(logger);
        var queue = new ResumingQueue(options.Wait, jenny.SessionAsync, traffic, time, logger, context.Stop);
        clients.Start(client => chores.Add(() => queue.ServeAsync(client)));
        await context.Stop.WhenCancelledAsync();
        await clients.DisposeAsync();
        await chores.WhenDoneAsync();
        return ExitCode.Done;
    }

    public static async Task<int> ConnectAsync(ConnectTwoOptions options, RunContext context, ILogger logger)
    {
        var local = await LocalAddresses.OfEnvironmentAsync(context.Stop);
        var dialer = ToolSockets.Dialer(local, BootTimeProvider.Instance);
        var service = new GivenOutbound(stop => dialer.DialAsync(options.Destination, ToolSockets.DialTimeout, null, stop));
        var instance = Instance.Unkept();
        await using var jack = ResumingJack.Start(options.Source, options.SecretFile!, local, service, GivenOutbound.OnlyAnything, instance, logger, context.Stop);
        await using var status = StatusServer.Start("connecttwo", new TunnelToolStatus("connecttwo", () => jack.Status(options.Source.ToString()), null), logger);
        await Task.WhenAny(jack.Refused, context.Stop.WhenCancelledAsync());
        if (context.Stop.IsCancellationRequested || await jack.Refused is not { } refused) return ExitCode.Done;
        Messages.Error($"{options.Source}: {Refusals.Explain(refused)}");
        return Refusals.ExitCodeOf(refused);
    }
}
