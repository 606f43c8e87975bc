using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>
/// What an accept loop does after an error: take the next client, wait a moment, or end. Without descriptors or memory accept(2) fails at once, again and again; clients wait in the
/// backlog meanwhile, and one line in the log is enough.
/// </summary>
/// <param name="share">Whose descriptors the clients take.</param>
/// <param name="closed">Whether the listener is closed.</param>
/// <param name="time">Measures the wait.</param>
/// <param name="paused">Told once when accepting stops working.</param>
/// <param name="resumed">Told once when it works again.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class AcceptTrouble(DescriptorShare share, Func<bool> closed, TimeProvider time, Action<EndReason>? paused = null, Action? resumed = null)
{
    // Ten tries a second cost nothing, and nobody in the backlog waits noticeably longer than he must.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    int _isPaused;

    /// <summary>A client was accepted. Completes when there is room to serve it: the one that came when descriptors were about to run out waits like those behind it.</summary>
    /// <returns>False when the listener was closed meanwhile; the client is then still the caller's.</returns>
    public ValueTask<bool> AcceptedAsync(Socket client)
    {
        if (DescriptorLimit.IsBeyond(client.SafeHandle, share)) return RoomAsync();
        Resume();
        return ValueTask.FromResult(true);
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
        }
        await PauseAsync(error);
        return true;
    }

    async ValueTask<bool> RoomAsync()
    {
        do
        {
            await PauseAsync(SocketError.TooManyOpenSockets);
            if (closed()) return false;
        }
        while (!DescriptorLimit.HasRoom(share));
        Resume();
        return true;
    }

    async ValueTask PauseAsync(SocketError error)
    {
        if (Interlocked.Exchange(ref _isPaused, 1) == 0) paused?.Invoke(SocketErrors.ToEndReason(error, EndPhase.Accept));
        await Task.Delay(Pause, time);
    }

    void Resume()
    {
        if (Volatile.Read(ref _isPaused) != 0 && Interlocked.Exchange(ref _isPaused, 0) != 0) resumed?.Invoke();
    }
}
