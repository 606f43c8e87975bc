namespace Burrow.Carriers.Http.Cycles;

/// <summary>One request that is to be made.</summary>
/// <param name="IsPush">Bytes of ours; else it asks for Jenny's.</param>
/// <param name="First">The offset of its first byte.</param>
/// <param name="Length">A push's bytes; or the most that a pull asks for.</param>
/// <param name="Fin">Our stream ends behind it.</param>
/// <param name="Hold">A pull's: how long the answer may be held back.</param>
/// <param name="Attempt">From 1.</param>
sealed record CycleRequest(bool IsPush, long First, int Length, bool Fin, TimeSpan Hold, int Attempt)
{
    public TimeSpan MadeAt { get; init; }
}

/// <summary>Why a request brought no answer of Jenny's.</summary>
enum CycleMiss
{
    /// <summary>The connection broke, or nothing came.</summary>
    Lost,

    /// <summary>Something on the way refused it, perhaps for its size.</summary>
    Refused,

    /// <summary>Something on the way is not able to pass it on at present.</summary>
    Unavailable,
}

/// <summary>
/// Jack's half of cycles (docs/protocol.md §8.3): decides which requests to make and what their answers mean. Pure: no clock, no socket; whoever runs it makes the requests.
/// Not thread-safe.
/// </summary>
/// <remarks>
/// A push that missed is made again with the same bytes; a pull that missed is simply asked anew from where the bytes end. Sizes shrink when something on the way refuses, and
/// stay below what was refused; the time for which pulls are held shrinks when they are cut.
/// </remarks>
sealed class CycleClient
{
    // A held pull that vanishes is noticed only after its time: two of them are no proof yet.
    const int FewestMisses = 5;

    readonly List<CycleRequest> _pushes = [];
    readonly List<CycleRequest> _pulls = [];
    readonly List<(CycleRequest Request, TimeSpan At)> _again = [];
    long _pushNext;
    bool _finPushed;
    long _limit = CycleTuning.Window;
    int _pushSize = CycleTuning.FirstPush, _pushCeiling = CycleTuning.LargestPush;
    int _pullSize = CycleTuning.FirstPull, _pullCeiling = CycleTuning.LargestPull;
    TimeSpan _hold = CycleTuning.Hold;
    TimeSpan _pullAt; // after misses: not before
    int _pullMisses;
    bool _busyDown;
    TimeSpan? _missingSince; // the first miss after the last answer
    int _misses; // since then

    public Outbox Out { get; } = new(CycleTuning.Window);

    public Inbox In { get; } = new(CycleTuning.Window);

    /// <summary>Jenny said that the carrier is over, or what she said contradicts itself.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How long pulls are held, at present.</summary>
    public TimeSpan Hold => _hold;

    /// <summary>Nothing but misses for too long.</summary>
    public bool IsLost(TimeSpan now) => now - _missingSince > CycleTuning.GiveUp && _misses >= FewestMisses;

    /// <summary>Everything is said and heard in both directions: no request is needed any more.</summary>
    public bool IsDone => Out.EndAcked && In.IsWhole;

    /// <summary>The next request to make, or null.</summary>
    /// <param name="wait">When null was returned: how long until it is worth asking again even if nothing happens.</param>
    public CycleRequest? Next(TimeSpan now, out TimeSpan wait)
    {
        wait = CycleTuning.GiveUp;
        if (IsOver || IsDone) return null;
        return Again(now, ref wait) ?? Push(now) ?? Pull(now, ref wait);
    }

    public void OnAnswer(CycleRequest request, in CycleAnswer answer, TimeSpan now)
    {
        Forget(request);
        _missingSince = null;
        _misses = 0;
        if (answer.Over || !Out.Ack(answer.Received) || !In.Add(answer.First, answer.Bytes, answer.Fin))
        {
            IsOver = true;
            return;
        }
        _limit = Math.Max(_limit, answer.Limit);
        if (request.IsPush)
        {
            if (request.Length == _pushSize) _pushSize = Math.Min(_pushSize * 2, _pushCeiling);
            // What she does not have after all was answered was dropped for want of room: it goes out again.
            if (_pushes.Count > 0 || _again.Count > 0) return;
            _pushNext = Out.Acked;
            _finPushed = Out.EndAcked;
        }
        else
        {
            _pullMisses = 0;
            _busyDown = !answer.Bytes.IsEmpty;
            // One that could be held to its end says that a longer one may be: what cut it may have been a restart.
            if (answer.Bytes.IsEmpty && now - request.MadeAt >= request.Hold) _hold = Min(CycleTuning.Hold, _hold * 1.25);
            if (answer.Bytes.Length == request.Length && request.Length == _pullSize) _pullSize = Math.Min(_pullSize * 2, _pullCeiling);
        }
    }

    public void OnMiss(CycleRequest request, CycleMiss miss, TimeSpan now)
    {
        Forget(request);
        _missingSince ??= now;
        _misses++;
        // One that is cut again and again may be too large even though nobody says so.
        var tooLarge = miss == CycleMiss.Refused || (miss == CycleMiss.Lost && request.Attempt >= 3);
        if (request.IsPush)
        {
            if (tooLarge && request.Length > CycleTuning.SmallestPush) _pushCeiling = _pushSize = Math.Max(CycleTuning.SmallestPush, Math.Min(_pushSize, request.Length) / 2);
            _again.Add((request with { Attempt = request.Attempt + 1 }, now + CycleTuning.Backoff(request.Attempt)));
            return;
        }
        _pullMisses++;
        var held = now - request.MadeAt;
        if (miss == CycleMiss.Refused && request.Length > CycleTuning.SmallestPull) _pullCeiling = _pullSize = Math.Max(CycleTuning.SmallestPull, Math.Min(_pullSize, request.Length) / 2);
        else if (held > CycleTuning.ShortestHold && held < request.Hold + CycleTuning.AnswerTimeout) _hold = Max(CycleTuning.ShortestHold, held * 0.7);
        _pullAt = now + CycleTuning.Backoff(_pullMisses);
    }

    CycleRequest? Again(TimeSpan now, ref TimeSpan wait)
    {
        for (var i = 0; i < _again.Count; i++)
        {
            var (request, at) = _again[i];
            if (request.First + request.Length <= Out.Acked && (!request.Fin || Out.EndAcked))
            {
                _again.RemoveAt(i--); // it had arrived after all
                continue;
            }
            if (at > now)
            {
                wait = Min(wait, at - now);
                continue;
            }
            _again.RemoveAt(i);
            if (request.First < Out.Acked)
            {
                var known = (int)(Out.Acked - request.First);
                request = request with { First = Out.Acked, Length = request.Length - known };
            }
            if (request.Length > _pushSize)
            {
                // In smaller pieces: the rest waits for its turn as a request that missed.
                _again.Add((request with { First = request.First + _pushSize, Length = request.Length - _pushSize }, now));
                request = request with { Length = _pushSize, Fin = false };
            }
            return Made(_pushes, request, now);
        }
        return null;
    }

    CycleRequest? Push(TimeSpan now)
    {
        // What is to go out again may have been acknowledged meanwhile, by the late answer of a copy.
        _pushNext = Math.Max(_pushNext, Out.Acked);
        var ready = Math.Min(Out.Written, _limit) - _pushNext;
        var fin = Out.IsComplete && !_finPushed && _pushNext + ready == Out.Written;
        if ((ready <= 0 && !fin) || _pushes.Count + _again.Count >= CycleTuning.Pushes) return null;
        // A little more waits for one of two that are under way: it may become much more.
        if (_pushes.Count >= 2 && ready < _pushSize && !fin) return null;
        var length = (int)Math.Min(ready, _pushSize);
        fin &= length == ready;
        _finPushed |= fin;
        var request = new CycleRequest(true, _pushNext, length, fin, default, 1);
        _pushNext += length;
        return Made(_pushes, request, now);
    }

    CycleRequest? Pull(TimeSpan now, ref TimeSpan wait)
    {
        if (_pullAt > now)
        {
            wait = Min(wait, _pullAt - now);
            return null;
        }
        // The first range behind what has arrived that nobody was asked for, and that did not come before its turn either.
        var first = In.Received;
        var most = (long)_pullSize;
        foreach (var (known, end) in _pulls.Select(pull => (pull.First, End: pull.First + pull.Length)).Concat(In.Early).OrderBy(range => range.First))
        {
            if (known > first)
            {
                most = Math.Min(most, known - first);
                break;
            }
            first = Math.Max(first, end);
        }
        // One is enough to wait with; ahead of it, more are asked for while bytes come.
        var isAhead = first > In.Received;
        if (_pulls.Count > CycleTuning.Pulls || (isAhead && (!_busyDown || _pulls.Count == CycleTuning.Pulls))) return null;
        most = Math.Min(most, In.Limit - first);
        if (most <= 0 && _pulls.Count > 0) return null;
        // With no room left it still waits for credit, and for the end.
        return Made(_pulls, new CycleRequest(false, first, (int)Math.Max(0, most), false, _hold, _pullMisses + 1), now);
    }

    static CycleRequest Made(List<CycleRequest> list, CycleRequest request, TimeSpan now)
    {
        request = request with { MadeAt = now };
        list.Add(request);
        return request;
    }

    void Forget(CycleRequest request) => (request.IsPush ? _pushes : _pulls).RemoveAll(known => ReferenceEquals(known, request));

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
