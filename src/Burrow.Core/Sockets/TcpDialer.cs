using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>Finds the addresses of a name. Throws <see cref="SocketException"/> for an unknown one.</summary>
public delegate Task<IPAddress[]> Resolver(string host, CancellationToken stop);

/// <summary>
/// Connects by TCP. Several addresses are tried as RFC 8305 ("happy eyeballs") says: families interleaved, a new attempt 250 ms after the last or
/// as soon as one fails; the first that connects wins and the others are closed.
/// </summary>
/// <param name="time">Measures the timeout and the stagger.</param>
/// <param name="resolve">Null: the system's resolver, whose call can't be interrupted: after a timeout it still holds a pool thread until it gives up itself.</param>
public sealed class TcpDialer(TimeProvider time, Resolver? resolve = null) : IOutbound
{
    /// <summary>RFC 8305 section 5 recommends 250 ms between attempts.</summary>
    static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    // A name with more addresses is a mistake or an attack; each attempt costs a socket.
    const int MaxAddresses = 16;

    readonly Resolver _resolve = resolve ?? NameLookup.ResolveAsync;

    /// <summary>Local addresses to dial from: for each target the first of its family; targets of a family that has none are not dialled. Empty: the system chooses.</summary>
    public IReadOnlyList<IPAddress> Sources { get; init; } = [];

    /// <summary>With the system's clock and resolver.</summary>
    public static TcpDialer Default { get; } = new(TimeProvider.System);

    /// <inheritdoc/>
    public async ValueTask<DialResult> DialAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);

        var (addresses, failure) = await ResolveAsync(target, either.Token, stop);
        if (failure is not null) return DialResult.Failed(failure);

        var permitted = permit is null ? addresses : addresses.FindAll(a => permit(a));
        if (permitted.Count == 0)
            return DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Denied, target.ToString()));
        if (Sources.Count > 0) permitted.RemoveAll(a => SourceFor(a) is null);
        if (permitted.Count == 0)
            return DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.AddressNotAvailable, $"{target} has no address of the kind of {Sources[0]}"));
        if (permitted.Count > MaxAddresses) permitted.RemoveRange(MaxAddresses, permitted.Count - MaxAddresses);

        return await RaceAsync(target, permitted, either.Token, stop);
    }

    async ValueTask<(List<IPAddress> Addresses, EndReason? Failure)> ResolveAsync(Target target, CancellationToken either, CancellationToken stop)
    {
        if (target.Address is { } address) return ([EndPoints.Fold(address)], null);
        try
        {
            var addresses = AddressOrder.Interleave(await _resolve(target.Host, either).WaitAsync(either));
            return addresses.Count > 0 ? (addresses, null) : ([], new EndReason(EndPhase.Resolve, EndSide.Path, EndCause.UnknownHost, target.Host));
        }
        catch (SocketException e)
        {
            var reason = SocketErrors.ToEndReason(e.SocketErrorCode, EndPhase.Resolve, target.Host);
            return ([], reason.Cause == EndCause.Failed ? reason with { Cause = EndCause.UnknownHost } : reason);
        }
        catch (ArgumentException)
        {
            // Not even the form of a name: too long, or with characters that no name has.
            return ([], new EndReason(EndPhase.Resolve, EndSide.Local, EndCause.UnknownHost, target.Host));
        }
        catch (OperationCanceledException)
        {
            return ([], GaveUp(EndPhase.Resolve, target, stop));
        }
    }

    async ValueTask<DialResult> RaceAsync(Target target, List<IPAddress> addresses, CancellationToken either, CancellationToken stop)
    {
        var running = new List<ConnectAttempt>();
        EndReason? failure = null;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = either.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped);
        try
        {
            var next = 0;
            while (next < addresses.Count || running.Count > 0)
            {
                if (next < addresses.Count) running.Add(ConnectAttempt.Start(new IPEndPoint(addresses[next], target.Port), SourceFor(addresses[next++])));
                await WaitForAnyAsync(running, next < addresses.Count, stopped.Task);
                if (either.IsCancellationRequested) return DialResult.Failed(GaveUp(EndPhase.Dial, target, stop));

                for (var i = running.Count - 1; i >= 0; i--)
                {
                    var attempt = running[i];
                    if (!attempt.Outcome.IsCompleted) continue;
                    var error = await attempt.Outcome;
                    if (error == SocketError.Success) return DialResult.Success(new SocketConnection(attempt.Take()));
                    failure = MoreTelling(failure, SocketErrors.ToEndReason(error, EndPhase.Dial, attempt.EndPoint.ToString()));
                    attempt.Dispose();
                    running.RemoveAt(i);
                }
            }
            return DialResult.Failed(failure!);
        }
        finally
        {
            foreach (var attempt in running) attempt.Dispose();
        }
    }

    IPAddress? SourceFor(IPAddress target) => Sources.FirstOrDefault(source => source.AddressFamily == target.AddressFamily);

    // Returns when an attempt has an outcome, when it is time for the next one, or when the dial is given up.
    async ValueTask WaitForAnyAsync(List<ConnectAttempt> running, bool another, Task stopped)
    {
        var waits = new List<Task>(running.Count + 2) { stopped };
        foreach (var attempt in running) waits.Add(attempt.Outcome);
        if (!another)
        {
            await Task.WhenAny(waits);
            return;
        }
        using var stagger = new CancellationTokenSource();
        waits.Add(Task.Delay(Stagger, time, stagger.Token));
        await Task.WhenAny(waits);
        await stagger.CancelAsync();
    }

    // Of several failures the user hears the one from nearest to the target: somebody there said no, before nobody answered, before there was no way.
    static EndReason MoreTelling(EndReason? known, EndReason other) => known is null || Rank(other) > Rank(known) ? other : known;

    static int Rank(EndReason reason) => reason.Cause switch
    {
        EndCause.Refused => 4,
        EndCause.Reset => 3,
        EndCause.TimedOut => 2,
        EndCause.Unreachable => 0,
        _ => 1,
    };

    static EndReason GaveUp(EndPhase phase, Target target, CancellationToken stop) => stop.IsCancellationRequested
        ? new EndReason(phase, EndSide.Local, EndCause.Stopped, target.ToString())
        : new EndReason(phase, EndSide.Path, EndCause.TimedOut, target.ToString());
}
