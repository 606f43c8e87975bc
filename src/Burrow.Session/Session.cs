using Burrow.Core;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Resume;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>
/// What Jack and Jenny share: a state machine that is fed a carrier's bytes, local ends that became readable, and the time, and that yields bytes to send. It
/// has no socket, no timer and no thread, so that both ends can be simulated by seed.
/// </summary>
/// <remarks>
/// <para>The way of a byte: a port says that it is readable (<see cref="OnReadable"/>) → <see cref="Produce"/>, when the carrier can take a batch, lets the scheduler pick channels and
/// reads their ports straight into the slab that is both the batch and the replay log → the carrier → the peer's <see cref="Receive"/> → records → frames → the port of its channel,
/// or that channel's queue when the application does not take it.</para>
/// <para>Late commit: nothing enters the stream before a carrier can take it. While there is none, data waits in the ports and in the kernel.</para>
/// <para>Locking: <c>_gate</c> guards all state and is held for arithmetic only; ports and the handler are called without it. Besides, one writer (<see cref="Produce"/>) and one reader
/// (<see cref="Receive"/>) at a time: <see cref="LinkRunner"/> lets a new link begin when the old one's loops have ended.</para>
/// </remarks>
public sealed partial class Session : IAttachable
{
    /// <summary>Channels that the peer may have open at once in a session; a process has 20,000 descriptors at most on many systems.</summary>
    public const int MaxPeerChannels = 32_768;

    readonly Lock _gate = new();
    readonly ISessionHandler _handler;
    readonly CreditBudget _budget;
    readonly byte[] _resumeKey;
    readonly StreamMac? _sendMac;
    readonly StreamMac? _receiveMac;
    readonly FrameReader _frames;
    readonly SendLog _log = new();
    readonly ChannelScheduler _scheduler = new();
    readonly Dictionary<ulong, Channel> _channels = [];
    readonly HashSet<Channel> _uncommitted = [];
    readonly Queue<Channel> _control = new();
    int _silent; // an upper bound of the channels in _control that have nothing to say any more
    readonly Queue<byte[]> _sessionFrames = new();
    readonly HashSet<Channel> _starved = []; // a set, as thousands may leave it at once
    readonly List<Channel> _watched = [];
    LinkState? _link;
    ulong _epoch;
    ulong _received; // what the reader has verified, as of its last Receive
    ulong _ackedToPeer;
    TimeSpan _ackSince;
    ulong _limitToPeer = WireFormat.InitialLimit;
    ulong _peerLimit = WireFormat.InitialLimit;
    ulong _nextId;
    ulong _lastPeerId;
    int _peerChannels;
    int _peerChannelsKept; // open, or reset by us and not told yet
    uint _nextListen = 1;
    readonly HashSet<uint> _peerListens = [];
    uint _lastPeerListen;
    EndReason? _ending;
    EndReason? _ended;
    TimeSpan _now;

    /// <param name="id">Chosen by Jenny.</param>
    /// <param name="mode">Fixed for the session's life; without TLS, everything but payload carries a MAC.</param>
    /// <param name="resumeKey">32 bytes, agreed at birth.</param>
    /// <param name="isJack">Which end this is.</param>
    /// <param name="handler">The owner.</param>
    /// <param name="budget">The process's memory for credit.</param>
    public Session(SessionId id, Mode mode, ReadOnlySpan<byte> resumeKey, bool isJack, ISessionHandler handler, CreditBudget budget)
    {
        Id = id;
        Mode = mode;
        IsJack = isJack;
        _handler = handler;
        _budget = budget;
        _resumeKey = resumeKey.ToArray();
        if (mode != Mode.Encrypted)
        {
            _sendMac = StreamMac.ForSender(resumeKey, isJack);
            _receiveMac = StreamMac.ForSender(resumeKey, !isJack);
        }
        _frames = new FrameReader(this, _receiveMac);
        _nextId = isJack ? 1u : 2u;
        _lastPeerId = isJack ? 0u : unchecked((ulong)-1); // so that the peer's first is _lastPeerId + 2
    }

    public SessionId Id { get; }

    public Mode Mode { get; }

    public bool IsJack { get; }

    public ReadOnlyMemory<byte> ResumeKey => _resumeKey;

    /// <summary>Why the session is over, or null.</summary>
    public EndReason? Ended
    {
        get { lock (_gate) return _ended; }
    }

    public ulong Epoch
    {
        get { lock (_gate) return _epoch; }
    }

    public ulong Received
    {
        get { lock (_gate) return _received; }
    }

    public SessionOptions Options { get; init; } = SessionOptions.Default;

    internal CreditBudget Budget => _budget;

    /// <summary>The number of the first channel that this end opens. For tests, which have no year to use up the numbers.</summary>
    internal ulong FirstChannel
    {
        init => _nextId = value;
    }

    /// <summary>Channels that stand in line to say something, or to get memory. For tests.</summary>
    internal int Waiting
    {
        get { lock (_gate) return _control.Count + _starved.Count; }
    }

    /// <summary>Bytes of memory that are kept for a replay. For tests.</summary>
    internal long ReplayMemory
    {
        get { lock (_gate) return (long)_log.Slabs * SessionTuning.BatchBytes; }
    }

    /// <summary>Whether a carrier is up.</summary>
    public bool IsAttached
    {
        get { lock (_gate) return _link is { Superseded: false }; }
    }

    /// <summary>Set whenever <see cref="Produce"/> may have something to send.</summary>
    internal WorkSignal Work { get; } = new();

    public TakeResult TryTakeEpoch(ulong epoch, ulong peerReceived)
    {
        lock (_gate)
        {
            if (_ended is not null) return new(_ended, 0, 0);
            if (epoch <= _epoch) return new(new(EndPhase.Attach, EndSide.Local, EndCause.StaleEpoch), 0, 0);
            if (peerReceived > _log.Committed) return new(new(EndPhase.Attach, EndSide.Peer, EndCause.Protocol, "an offset beyond what was sent"), 0, 0);
            _epoch = epoch;
            if (_link is not null) _link.Superseded = true;
            Work.Set(inline: false); // the older link's writer has nothing to do here any more
            return new(null, Math.Max(peerReceived, _log.Acked), _received);
        }
    }

    /// <summary>Begins a link. The older link's loops have ended.</summary>
    /// <returns>Null when the session is over or the point does not fit it any more.</returns>
    internal LinkState? Attach(AttachPoint point, TimeSpan now, TimeSpan? rareProbe = null)
    {
        LinkState link;
        lock (_gate)
        {
            _now = now;
            if (_ended is not null || point.Epoch < _epoch || point.SendFrom < _log.Acked || point.SendFrom > _log.Committed || point.ReceiveFrom > _received) return null;
            _epoch = point.Epoch;
            _frames.Rewind();
            _log.Rewind(point.SendFrom);
            _ackedToPeer = 0; // so that the first batch tells the peer where we are
            link = _link = new LinkState(this, point, _receiveMac, _sendMac, Patience, rareProbe > Options.IdlePing ? rareProbe.Value : Options.IdlePing, now) { Replayed = _log.Committed - point.SendFrom };
        }
        Work.Set();
        return link;
    }

    /// <summary>The link's loops have ended.</summary>
    internal void Detach(LinkState link)
    {
        EndReason? ending;
        List<Channel> unwatched;
        lock (_gate)
        {
            if (_link == link) _link = null;
            DropSlab();
            unwatched = [.. _again];
            foreach (var channel in unwatched) channel.ReadAgain = false;
            _again.Clear();
            ending = _link is null && !link.Superseded ? _ending : null;
        }
        foreach (var channel in unwatched) channel.Port!.ArmRead();
        if (ending is not null) Close(ending); // its END can't be said any more, unless a newer carrier is on its way
    }

    /// <summary>Ends the session in order: the peer is told if a carrier is up, then everything is reset.</summary>
    public void End(EndReason reason)
    {
        bool now;
        lock (_gate)
        {
            if (_ended is not null) return;
            _ending ??= reason;
            now = _link is null || _link.Superseded;
        }
        if (now) Close(reason);
        else Work.Set();
    }

    /// <summary>END was written: nothing more can be said.</summary>
    internal void CloseAfterEnd() => Close(_ending!);

    /// <summary>Ends the session at once, without a word to the peer.</summary>
    public void Close(EndReason reason)
    {
        List<Channel> channels;
        lock (_gate)
        {
            if (_ended is not null) return;
            _ended = reason;
            channels = [.. _channels.Values, .. _uncommitted];
            channels.RemoveAll(channel => channel.Over);
            foreach (var channel in channels) Finish(channel, reason);
            _channels.Clear();
            _uncommitted.Clear();
            _control.Clear();
            _watched.Clear();
            _sessionFrames.Clear();
            _log.Clear();
        }
        // First the owner: who sees his connection reset and tries again at once must not be led to this session, nor to a port that it still holds.
        _handler.OnEnded(this, reason);
        foreach (var channel in channels)
        {
            channel.Port?.Abort(reason);
            _handler.OnChannelEnded(this, channel);
        }
        Work.Set();
    }
}
