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

    /// <summary>Whose descriptors it may take; beyond them a dial fails as one that found none.</summary>
    public DescriptorShare Share { get; init; } = DescriptorShare.Tunnel;

    /// <summary>With the system's clock and resolver.</summary>
    public static TcpDialer Default { get; } = new(TimeProvider.System);

    /// <summary>The same, for clients.</summary>
    public static TcpDialer ForClients { get; } = new(TimeProvider.System) { Share = DescriptorShare.Clients };

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop) =>
        target.Address is { } address ? DialAddressAsync(target, EndPoints.Fold(address), timeout, permit, stop) : DialNameAsync(target, timeout, permit, stop);

    /// <summary>One address has nothing to be resolved and nothing to be raced against: one attempt and one timer.</summary>
    async ValueTask<DialResult> DialAddressAsync(Target target, IPAddress address, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop)
    {
        if (Barred(target, [address], permit) is { } barred) return DialResult.Failed(barred);
        using var attempt = ConnectAttempt.Create(new IPEndPoint(address, target.Port), SourceFor(address), Share);
        await using var timer = time.CreateTimer(static late => ((ConnectAttempt)late!).Dispose(), attempt, timeout, Timeout.InfiniteTimeSpan);
        await using var registration = stop.UnsafeRegister(static stopped => ((ConnectAttempt)stopped!).Dispose(), attempt);
        var error = await attempt.ConnectAsync();
        if (error == SocketError.Success && attempt.TryTake(out var connection)) return DialResult.Success(connection);
        return DialResult.Failed(error is SocketError.Success or SocketError.OperationAborted ? GaveUp(EndPhase.Dial, target, stop) : SocketErrors.ToEndReason(error, EndPhase.Dial, attempt.EndPoint.ToString()));
    }

    async ValueTask<DialResult> DialNameAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        var (addresses, failure) = await ResolveAsync(target, either.Token, stop);
        failure ??= Barred(target, addresses, permit);
        if (failure is not null) return DialResult.Failed(failure);
        if (addresses.Count > MaxAddresses) addresses.RemoveRange(MaxAddresses, addresses.Count - MaxAddresses);
        return await RaceAsync(target, addresses, either.Token, stop);
    }

    /// <summary>Takes out the addresses that may not or can't be dialled.</summary>
    /// <returns>Why, when none is left.</returns>
    EndReason? Barred(Target target, List<IPAddress> addresses, Func<IPAddress, bool>? permit)
    {
        if (permit is not null) addresses.RemoveAll(address => !permit(address));
        if (addresses.Count == 0) return new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Denied, target.ToString());
        if (Sources.Count > 0) addresses.RemoveAll(address => SourceFor(address) is null);
        return addresses.Count > 0 ? null : new EndReason(EndPhase.Dial, EndSide.Local, EndCause.AddressNotAvailable, $"{target} has no address of the kind of {Sources[0]}");
    }

    async ValueTask<(List<IPAddress> Addresses, EndReason? Failure)> ResolveAsync(Target target, CancellationToken either, CancellationToken stop)
    {
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
        var running = new List<(ConnectAttempt Attempt, Task<SocketError> Outcome)>();
        EndReason? failure = null;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = either.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped);
        try
        {
            var next = 0;
            while (next < addresses.Count || running.Count > 0)
            {
                if (next < addresses.Count)
                {
                    var attempt = ConnectAttempt.Create(new IPEndPoint(addresses[next], target.Port), SourceFor(addresses[next++]), Share);
                    running.Add((attempt, attempt.ConnectAsync().AsTask()));
                }
                await WaitForAnyAsync(running.Select(started => started.Outcome), next < addresses.Count, stopped.Task);
                if (either.IsCancellationRequested) return DialResult.Failed(GaveUp(EndPhase.Dial, target, stop));

                for (var i = running.Count - 1; i >= 0; i--)
                {
                    var (attempt, outcome) = running[i];
                    if (!outcome.IsCompleted) continue;
                    var error = await outcome;
                    if (error == SocketError.Success && attempt.TryTake(out var connection)) return DialResult.Success(connection);
                    failure = MoreTelling(failure, SocketErrors.ToEndReason(error, EndPhase.Dial, attempt.EndPoint.ToString()));
                    attempt.Dispose();
                    running.RemoveAt(i);
                }
            }
            return DialResult.Failed(failure!);
        }
        finally
        {
            foreach (var (attempt, _) in running) attempt.Dispose();
        }
    }

    IPAddress? SourceFor(IPAddress target) => Sources.FirstOrDefault(source => source.AddressFamily == target.AddressFamily);

    // Returns when an attempt has an outcome, when it is time for the next one, or when the dial is given up.
    async ValueTask WaitForAnyAsync(IEnumerable<Task> outcomes, bool another, Task stopped)
    {
        List<Task> waits = [stopped, .. outcomes];
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
