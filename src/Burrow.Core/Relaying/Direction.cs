using Burrow.Core.Sockets;

namespace Burrow.Core.Relaying;

/// <summary>One of a relay's two loops: how it begins and ends. The moving itself is in the other parts.</summary>
sealed partial class Direction
{
    // A busy pair of sockets would never give its thread up, and with inline completions that is the thread that serves all sockets.
    const int BytesPerTurn = 1 << 20;

    // Until then a side that ended its stream may still read what the other had sent before it (EndPolicy.Kill).
    static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);
    static readonly TimeSpan KillLook = TimeSpan.FromMilliseconds(20);

    static readonly EndReason Unknown = new(EndPhase.Relay, EndSide.Local, EndCause.Failed);

    readonly Connection _source;
    readonly Connection _sink;
    readonly RelayEnd _sourceEnd;
    readonly Relay _relay;
    readonly RateLimit? _limit;
    TaskCompletionSource? _begun; // made when somebody asks
    TaskCompletionSource? _over; // made when somebody asks
    volatile bool _isOver;
    bool _canSplice;
    long _moved;
    int _turn; // bytes moved without giving the thread up
    int _sinkWaits; // 1 while a write to the sink is pending
    int _sourceFailed; // 1 once the opposite direction found our source dead for writing
    int _discards; // 1 once nobody wants what the source still sends

    public Direction(Relay relay, Connection source, Connection sink, RelayEnd sourceEnd, long? rate)
    {
        (_relay, _source, _sink, _sourceEnd) = (relay, source, sink, sourceEnd);
        if (rate is { } bytesPerSecond) _limit = new RateLimit(bytesPerSecond, Now);
        _canSplice = OperatingSystem.IsLinux() && _limit is null && source is SocketConnection && sink is SocketConnection;
    }

    public Direction Opposite { get; set; } = null!;

    public long Moved => Volatile.Read(ref _moved);

    RelayOptions Options => _relay.Options;

    RelayEnd SinkEnd => _sourceEnd == RelayEnd.First ? RelayEnd.Second : RelayEnd.First;

    TimeSpan Now => Options.Time.GetElapsedTime(0);

    public Task Begun
    {
        get
        {
            var begun = Signal(ref _begun);
            if (Moved > 0) begun.TrySetResult();
            return begun.Task;
        }
    }

    public Task Over
    {
        get
        {
            var over = Signal(ref _over);
            if (_isOver) over.TrySetResult();
            return over.Task;
        }
    }

    /// <param name="prefix">Goes first; closed here.</param>
    public async Task RunAsync(Stream? prefix)
    {
        try
        {
            var result = prefix is null || await InsertAsync(prefix) ? MoveResult.Idle : MoveResult.SinkFailed;
            while (result is MoveResult.Idle or MoveResult.OtherWay)
            {
                // The wait of a connection on which nothing moves: here, so that this frame is the only one it keeps.
                if (result == MoveResult.Idle) await _source.WaitReadableAsync();
                result = await CopyAsync();
                if (result == MoveResult.OtherWay && OperatingSystem.IsLinux()) result = await SpliceAsync((SocketConnection)_source, (SocketConnection)_sink);
            }
            switch (result)
            {
                case MoveResult.Ended:
                    await EndAsync();
                    break;
                case MoveResult.SourceAborted:
                    AbortSink();
                    break;
                default:
                    SinkFailed();
                    break;
            }
        }
        finally
        {
            _isOver = true;
            Interlocked.MemoryBarrier(); // before the look at who waits for it, and at what was left to us
            _over?.TrySetResult();
            // The opposite direction may have left it to us to tell our sink: see SinkFailed.
            if (Volatile.Read(ref _sourceFailed) == 1) _sink.Abort(_source.End ?? Unknown);
        }
    }

    static TaskCompletionSource Signal(ref TaskCompletionSource? place) =>
        place ?? Interlocked.CompareExchange(ref place, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? place;

    async ValueTask EndAsync()
    {
        if (Options.EndPolicy == EndPolicy.Lazy) return;
        if (!await _sink.CompleteAsync()) SinkFailed();
        else if (Options.EndPolicy == EndPolicy.Kill && Volatile.Read(ref _discards) == 0) await KillOppositeAsync();
    }

    // Reading goes on, for nothing, until all that we wrote has been taken: a socket that is closed with unread bytes resets the connection, and what was on its way is lost.
    async ValueTask KillOppositeAsync()
    {
        Interlocked.Exchange(ref Opposite._discards, 1);
        var began = Now;
        while (!Opposite._isOver)
        {
            if (_sink.UnsentBytes == 0) _sink.StopReading();
            if (Volatile.Read(ref Opposite._sinkWaits) == 1 && Now - began > KillPatience)
                _source.Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed, "does not read what was sent to it"));
            await Task.WhenAny(Opposite.Over, Task.Delay(KillLook, Options.Time));
        }
    }

    void AbortSink()
    {
        if (Volatile.Read(ref _discards) == 1) return; // the other side has ended in order, and that is what counts
        var reason = _source.End ?? Unknown;
        _relay.Fail(_sourceEnd, reason);
        // What the sink still sends goes to the dead source, and then it learns.
        if (Options.EndPolicy != EndPolicy.Lazy || Opposite._isOver) _sink.Abort(reason);
    }

    // The sink takes nothing any more. What it had sent before may still lie in its receive buffer, on its way through the opposite direction (a server that answers
    // "too large" and resets the upload): that direction ends by itself as it reads the sink's end, and tells our source then. It must not be waited
    // for when it is stuck in a write to our source, which may be waiting for us to read.
    void SinkFailed()
    {
        var reason = _sink.End ?? Unknown;
        _relay.Fail(SinkEnd, reason);
        Interlocked.Exchange(ref Opposite._sourceFailed, 1);
        if (Opposite._isOver || Volatile.Read(ref Opposite._sinkWaits) == 1) _source.Abort(reason);
    }
}
