using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>
/// What an accept loop does after an error: take the next client, wait a moment, or end. Without descriptors or memory accept(2) fails at once, again and again; clients wait in the
/// backlog meanwhile, and one line in the log is enough.
/// </summary>
/// <param name="comesFirst">For what the process needs to heal itself: it may use the <see cref="SpareDescriptors"/>. Others leave them alone, and fill them before they go on.</param>
/// <param name="time">Measures the wait.</param>
/// <param name="paused">Told once when accepting stops working.</param>
/// <param name="resumed">Told once when it works again.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class AcceptTrouble(bool comesFirst, TimeProvider time, Action<EndReason>? paused = null, Action? resumed = null)
{
    // Ten tries a second cost nothing, and nobody in the backlog waits noticeably longer than he must.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    int _isPaused;

    /// <summary>A client was accepted.</summary>
    public void Accepted()
    {
        if (Volatile.Read(ref _isPaused) != 0 && Interlocked.Exchange(ref _isPaused, 0) != 0) resumed?.Invoke();
        if (!comesFirst) SpareDescriptors.Refill();
    }

    /// <summary>Accepting failed. Completes when it should be tried again.</summary>
    /// <returns>False when the listener was closed.</returns>
    public async ValueTask<bool> OverAsync(SocketError error)
    {
        switch (error)
        {
            case SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument:
                return false;
            case SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted or SocketError.TimedOut:
                return true; // that client has gone already (accept(2): treat as "try again")
            case SocketError.TooManyOpenSockets when comesFirst && SpareDescriptors.TryRelease():
                return true;
        }
        if (Interlocked.Exchange(ref _isPaused, 1) == 0) paused?.Invoke(SocketErrors.ToEndReason(error, EndPhase.Accept));
        await Task.Delay(Pause, time);
        if (!comesFirst) SpareDescriptors.Refill();
        return true;
    }
}
