using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Listening and dialling as all relay tools do.</summary>
static class ToolSockets
{
    // Longer than a patient user waits, shorter than the kernel's two minutes.
    public static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);

    /// <param name="asked">Where.</param>
    /// <param name="local">Where, when it is a port alone.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="logger">Told of it, and of trouble with accepting.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="own">A listener that this process has already, and the option that asked for it.</param>
    /// <exception cref="RelayProblemException">The port can't be had.</exception>
    public static async Task<ListenerInbound> ListenAsync(
        Target asked, LocalAddresses local, TimeProvider time, ILogger logger, CancellationToken stop, (string Option, ListenerInbound Listener)? own = null)
    {
        var target = local.Listen(asked);
        var result = await TcpBinder.BindAsync(target, time, logger, stop: stop);
        stop.ThrowIfCancellationRequested();
        if (!result.Succeeded)
        {
            var inUse = result.Failure.Cause != EndCause.AddressInUse ? ""
                : own is var (option, listener) && listener.Port == target.Port ? $"; {option} has that port already"
                : "; another program has that port";
            throw new RelayProblemException($"cannot listen on {(target.Host.Length == 0 ? $"port {target.Port}" : target)}: {result.Failure}{inUse}", Hosting.ExitCode.Failed);
        }
        foreach (var where in result.Listener.LocalEndPoints) RelayLog.Listening(logger, where);
        return result.Listener;
    }

    /// <summary>Accepts one client, and then nobody any more.</summary>
    public static async Task<Connection> AcceptOneAsync(ListenerInbound listener, CancellationToken stop)
    {
        var arrived = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (listener)
        {
            listener.Start(client =>
            {
                if (!arrived.TrySetResult(client)) client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
            });
            return await arrived.Task.WaitAsync(stop);
        }
    }

    public static TcpDialer Dialer(LocalAddresses local, TimeProvider time) => new(time) { Sources = local.Addresses };
}
