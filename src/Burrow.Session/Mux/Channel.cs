using Burrow.Core;

namespace Burrow.Session.Mux;

/// <summary>What a channel still has to say in the stream. Sent in the order of the bits.</summary>
[Flags]
enum PendingFrames : byte
{
    None = 0,
    Open = 1,
    Opened = 2,
    Credit = 4,
    Fin = 8,
    Reset = 16,
}

/// <summary>Where a channel stands in the <see cref="ChannelScheduler"/>.</summary>
enum ReadyList : byte
{
    None,
    Sparse,
    Bulk,
}

/// <summary>
/// One tunnelled connection (docs/protocol.md §6). Nothing but state; all of it is guarded by the session's lock. Frames are not queued but noted in
/// <see cref="Pending"/> and made when the carrier can take them, so what a channel has to say is bounded, and what became pointless meanwhile is never sent.
/// </summary>
public sealed class Channel
{
    internal Channel(OpenRequest request, bool opener)
    {
        Request = request;
        IsOpener = opener;
    }

    public OpenRequest Request { get; }

    /// <summary>Whether this side opened it.</summary>
    public bool IsOpener { get; }

    /// <summary>For the composition: what the channel belongs to (a map). Not used by the session.</summary>
    public object? Tag { get; set; }

    /// <summary>Payload bytes that were sent into the stream and that arrived from it.</summary>
    public ulong BytesSent => Sent;

    public ulong BytesReceived => Window.Arrived;

    /// <summary>Why the channel was reset or refused, by either side; null while it goes on and after an end in order.</summary>
    public EndReason? End { get; internal set; }

    /// <summary>Whether it has ended, in whatever way.</summary>
    public bool IsOver => Over;

    /// <summary>0 until OPEN is committed to the stream.</summary>
    internal ulong Id;
    internal IChannelPort? Port;
    internal PendingFrames Pending;
    internal bool InControlQueue;

    // Sending.
    internal ulong Sent;
    internal ulong SendCredit;
    internal bool Readable;
    internal bool ReadAgain; // stands in the session's list of those to be read once more
    internal bool Watched; // nobody waits for its local end, so the survey looks at it
    internal ulong SentAtSurvey;
    internal bool ReadEnded; // the local end of stream was read; FIN is pending or sent
    internal bool FinSent;
    internal ReadyList List;
    internal bool WasServed; // got its turn in the sparse list since it last ran dry
    internal long SentInRound;
    internal ulong RoundEnd;

    // Receiving.
    internal ReceiveWindow Window;
    internal ReceiveQueue? Queue;
    internal bool Draining; // the port's draining owns the writes; the reader only appends
    internal bool FinReceived;
    internal bool Completed; // the port was told of the peer's end

    internal bool Answered; // OPENED received or sent
    internal bool Over; // reset or ended: late frames and callbacks are ignored

    internal bool CanSend => Readable && !ReadEnded && !Over && Id != 0 && Sent < SendCredit;
}
