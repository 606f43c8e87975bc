using Burrow.Cli.Compose.Jack;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Session;
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
        var helpers = await ToolSockets.ListenAsync(options.Helpers, local, time, logger, context.Stop);
        var nobody = new GivenOutbound(_ => new(DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Denied))));
        await using var jenny = ResumingJenny.Start(helpers, options.SecretFile!, nobody, Authority.None, logger);
        var traffic = new Traffic(time);
        await using var status = StatusServer.Start("listentwo", new TunnelToolStatus("listentwo", jenny.Status, () => traffic.Status($"{options.Clients} <=> {options.Helpers}", MapState.Listening, null)), logger);
        var chores = new Chores(logger);
        clients.Start(client => chores.Add(() => ServeAsync(client)));
        await context.Stop.WhenCancelledAsync();
        await clients.DisposeAsync();
        await chores.WhenDoneAsync();
        return ExitCode.Done;

        async Task ServeAsync(Connection client)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
            var session = await jenny.SessionAsync(Task.Delay(options.Wait, time, enough.Token));
            await enough.CancelAsync();
            if (session is null)
            {
                if (!context.Stop.IsCancellationRequested) RelayLog.ClientGivenUp(logger, client.RemoteEndPoint, $"the other machine did not come within {Duration.Format(options.Wait)}");
                client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
                await client.DisposeAsync();
                return;
            }
            traffic.Opened(session.Open(new OpenRequest(GivenOutbound.Anything, 0, client.RemoteEndPoint?.ToString()), client, traffic));
        }
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
