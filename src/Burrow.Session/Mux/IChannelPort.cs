using Burrow.Core;

namespace Burrow.Session.Mux;

/// <summary>
/// A channel's local end as the session sees it: something that can be read and written without waiting, and that can be asked to call back. The real one is a
/// <see cref="Link.ConnectionPort"/> around a Connection; a simulation has its own.
/// </summary>
/// <remarks>The session never calls a port while it holds its lock. Reads come from the writer of the link, writes from its reader or from the port's own draining.</remarks>
interface IChannelPort
{
    /// <summary>As <see cref="Connection.TryRead"/>.</summary>
    int TryRead(Span<byte> buffer);

    /// <summary>Asks for one call of <see cref="Session.OnReadable"/> when <see cref="TryRead"/> may give something again. It may come at once.</summary>
    void ArmRead();

    /// <summary>As <see cref="Connection.DetectReset"/>; false while the answer to <see cref="ArmRead"/> is still to come, for that will tell. Any thread.</summary>
    bool DetectReset();

    /// <summary>As <see cref="Connection.TryWrite"/>.</summary>
    int TryWrite(ReadOnlySpan<byte> buffer);

    /// <summary>Received bytes are waiting: take them by <see cref="Session.PeekReceived"/> and <see cref="Session.Delivered"/> until there are none.</summary>
    void Drain();

    /// <summary>The peer has finished, and everything was delivered: half-close.</summary>
    void Complete();

    /// <summary>Both directions are over, in order.</summary>
    void Close();

    /// <summary>The channel was reset.</summary>
    void Abort(EndReason reason);

    /// <summary>Why the local end aborted, after a read or write said so.</summary>
    EndReason? End { get; }

    /// <summary>Bytes that the port has read ahead and holds, for status.</summary>
    long Held { get; }
}
