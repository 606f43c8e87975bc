using Burrow.Cli.Compose.Maps;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Paired;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>The clients of a listentwo that resumes: each waits until the other machine has a session here, and becomes a channel of it.</summary>
/// <param name="patience">How long one waits.</param>
/// <param name="session">The session, as soon as there is one; null when it is not waited for any longer.</param>
/// <param name="traffic">Counts the channels.</param>
/// <param name="time">Measures the waiting.</param>
/// <param name="logger">For the tool's messages.</param>
/// <param name="stop">Ends the waiting.</param>
sealed class ResumingQueue(TimeSpan patience, Func<Task, ValueTask<Session.Session?>> session, Traffic traffic, TimeProvider time, ILogger logger, CancellationToken stop)
{
    int _waiting;

    /// <summary>Brings a client to a channel, or to its end.</summary>
    public async Task ServeAsync(Connection connection)
    {
        var client = new WaitingConnection(connection, leavesByEnding: false, time);
        if (await FindAsync(client) is not { } found)
        {
            await client.DisposeAsync();
            return;
        }
        RelayLog.LedOn(logger, client.RemoteEndPoint);
        traffic.Opened(found.Open(new OpenRequest(GivenOutbound.Anything, 0, client.RemoteEndPoint?.ToString()), client, traffic));
    }

    async Task<Session.Session?> FindAsync(WaitingConnection client)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > ListenTwoRunner.MostWaiting)
            {
                RelayLog.ClientGivenUp(logger, client.RemoteEndPoint, $"{ListenTwoRunner.MostWaiting} wait already");
                return null;
            }
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var searching = session(Task.WhenAny(client.Gone, Task.Delay(patience, time, enough.Token))).AsTask();
            if (!searching.IsCompleted) RelayLog.ClientWaits(logger, client.RemoteEndPoint);
            var found = await searching;
            await enough.CancelAsync();
            if (found is not null && client.Take()) return found;
            if (client.Gone.IsCompleted) RelayLog.ClientLeft(logger, client.RemoteEndPoint);
            else if (!stop.IsCancellationRequested) RelayLog.ClientGivenUp(logger, client.RemoteEndPoint, $"the other machine did not come within {Duration.Format(patience)}");
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
