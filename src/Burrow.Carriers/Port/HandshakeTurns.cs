namespace Burrow.Carriers.Port;

/// <summary>
/// Who of the strangers may compute now. A TLS handshake costs about a millisecond of CPU, and anybody can ask for one: all of them together get a part of the machine,
/// and of that part every address gets the same, whoever asks most.
/// </summary>
/// <remarks>
/// A turn is held while bytes that have come are worked on, never while a caller is waited for (<see cref="TurnConnection"/>), so that slow callers hold up nobody. Addresses
/// take turns; within one it is first come, first served. Who waits is bounded by the table of half-open callers. Thread-safe.
/// </remarks>
/// <param name="atOnce">How many may compute at the same time.</param>
sealed class HandshakeTurns(int atOnce)
{
    readonly Lock _gate = new();
    readonly Dictionary<string, LinkedList<HandshakeTurn>> _waiting = []; // by address; guarded by _gate, as all below
    readonly LinkedList<string> _next = []; // addresses of which somebody waits, the next one first
    int _free = atOnce;

    /// <summary>Half of the machine, so that a flood leaves the other half to those who have proved who they are.</summary>
    public static int HalfOfTheMachine => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How many wait for their turn.</summary>
    public int Waiting
    {
        get { lock (_gate) return _waiting.Values.Sum(turns => turns.Count); }
    }

    /// <returns>A turn that was not taken yet, for one caller.</returns>
    public HandshakeTurn For(string address) => new(this, address);

    internal bool TryTakeOrWait(HandshakeTurn turn)
    {
        lock (_gate)
        {
            if (turn.IsAbandoned) return true;
            if (_free > 0)
            {
                _free--;
                return turn.IsHeld = true;
            }
            turn.Granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_waiting.TryGetValue(turn.Address, out var neighbours))
            {
                _waiting[turn.Address] = neighbours = [];
                _next.AddLast(turn.Address);
            }
            neighbours.AddLast(turn.Place);
            return false;
        }
    }

    internal void Give(HandshakeTurn turn)
    {
        lock (_gate)
        {
            if (!turn.IsHeld) return;
            turn.IsHeld = false;
            if (_next.First is not { } first)
            {
                _free++;
                return;
            }
            var next = _waiting[first.Value].First!.Value;
            Remove(next);
            if (_waiting.ContainsKey(next.Address)) // others of that address wait until all other addresses had theirs
            {
                _next.Remove(first);
                _next.AddLast(first);
            }
            next.IsHeld = true;
            next.Granted!.SetResult();
        }
    }

    internal void Abandon(HandshakeTurn turn)
    {
        lock (_gate)
        {
            turn.IsAbandoned = true;
            if (turn.Place.List is null) return;
            Remove(turn);
            turn.Granted!.SetResult();
        }
    }

    void Remove(HandshakeTurn turn)
    {
        var neighbours = _waiting[turn.Address];
        neighbours.Remove(turn.Place);
        if (neighbours.Count > 0) return;
        _waiting.Remove(turn.Address);
        _next.Remove(turn.Address);
    }
}

/// <summary>One caller's place among the <see cref="HandshakeTurns"/>.</summary>
sealed class HandshakeTurn
{
    readonly HandshakeTurns _turns;

    internal HandshakeTurn(HandshakeTurns turns, string address)
    {
        (_turns, Address) = (turns, address);
        Place = new LinkedListNode<HandshakeTurn>(this);
    }

    internal string Address { get; }

    // The rest is guarded by the lock of the turns.
    internal LinkedListNode<HandshakeTurn> Place { get; }

    internal TaskCompletionSource? Granted { get; set; }

    internal bool IsHeld { get; set; }

    internal bool IsAbandoned { get; set; }

    /// <summary>Completes when this caller may compute, or has been abandoned. Not to be called while it holds the turn.</summary>
    public Task TakeAsync() => _turns.TryTakeOrWait(this) ? Task.CompletedTask : Granted!.Task;

    /// <summary>Lets the next one compute. Does nothing without the turn.</summary>
    public void Give() => _turns.Give(this);

    /// <summary>The caller is gone: it waits no more. From any thread; whoever holds the turn still gives it.</summary>
    public void Abandon() => _turns.Abandon(this);
}
